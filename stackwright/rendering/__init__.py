"""From plain data and templates to files: environments, layout, text escaping, file trees."""
