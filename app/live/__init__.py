"""Runs while they happen: handed to the orchestrator, kept up to date, told to those who watch."""
