"""Effects: plain functions that touch the world once each, with their policy beside them."""
