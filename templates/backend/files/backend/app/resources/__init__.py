"""What the API knows of each entity: filters, relations, rules and permissions."""
