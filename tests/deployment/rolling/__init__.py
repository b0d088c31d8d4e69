"""Providers on this machine that an image is rolled out to."""
