"""The JSON API, one file a feature. OpenAPI is the contract: /api/v1/openapi.json."""
