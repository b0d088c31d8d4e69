"""The choices of a deployment, one file a page of the wizard."""
