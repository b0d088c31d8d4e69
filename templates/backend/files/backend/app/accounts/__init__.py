"""People who log in: their accounts, tokens and roles."""
