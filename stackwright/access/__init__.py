"""Who may do what: roles, scopes, passwords, tokens, limits and the audit trail, all decided from arguments."""
