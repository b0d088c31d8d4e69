"""What can be wrong with a model that can be read; each file finds one kind of mistake."""
