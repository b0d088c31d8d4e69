"""A rehearsal: what a cloud would be asked for and would answer, decided from the schemas of its provider."""
