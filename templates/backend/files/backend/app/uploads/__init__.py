"""Files that rows point to."""
