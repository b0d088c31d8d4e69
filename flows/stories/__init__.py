"""The stories themselves, without an orchestrator: each is told to a road that carries it out."""
