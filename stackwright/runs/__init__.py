"""Runs as people watch and steer them: their states, what they say, how long they take."""
