"""What every part of the application stands on; nothing in here knows an entity."""
