"""What all entities share beyond the core: events, the audit trail, metrics, limits."""
