"""What all entities share in this style: the audit trail, limits, metrics."""
