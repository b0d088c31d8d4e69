"""What each stack of templates is told: the choices of a deployment as its variables, and what it cannot do."""
