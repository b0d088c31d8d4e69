"""From YAML nodes to drafts of a model: piece by piece, so that one mistake hides no other."""
