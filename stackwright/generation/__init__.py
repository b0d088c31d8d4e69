"""From a project and a configuration to a plan of files, their content and their history."""
