"""Tests of the feature generation."""
