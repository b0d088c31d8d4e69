"""Tests of what all entities share."""
