"""How each target gets from what is there to what is wanted."""
