"""Signing in by another provider: OpenID Connect, code flow with PKCE."""
