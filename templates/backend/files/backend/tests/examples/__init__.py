"""Example rows of each entity."""
