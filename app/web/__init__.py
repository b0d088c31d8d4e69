"""The web dashboard: pages for people, beside the JSON for programs."""
