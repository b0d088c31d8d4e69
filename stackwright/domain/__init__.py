"""What a user describes: projects, entities, fields, rules and relations."""
