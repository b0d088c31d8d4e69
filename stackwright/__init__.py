"""Decisions: from a domain model to plans, without network, clock or randomness."""

__version__ = "0.1.0"
