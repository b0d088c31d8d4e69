"""What clients send and what they get, by entity."""
