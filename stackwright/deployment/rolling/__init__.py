"""What providers answer while a new image takes over, and what they are sent: one file for each of them."""
