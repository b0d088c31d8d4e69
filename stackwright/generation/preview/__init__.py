"""What people see of a published project: folders, search, differences, figures, where lines come from."""
