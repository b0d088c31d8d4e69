"""What differs between two installations: addresses and credentials."""
