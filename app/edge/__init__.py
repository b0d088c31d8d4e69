"""What every request passes before it reaches a door: host, size, origin, identity, limits; and how errors look."""
