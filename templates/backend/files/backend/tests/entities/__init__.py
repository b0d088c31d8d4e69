"""Tests of the entities, through the API."""
