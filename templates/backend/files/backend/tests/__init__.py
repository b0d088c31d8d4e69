"""Tests of the back end: `pytest`, or `TEST_DATABASE_URL=postgresql://… pytest`."""
