"""One machine's installation: its data, its database, Prefect's server and the worker."""
