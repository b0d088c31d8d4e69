"""One package for each entity, with its own layers: router, service, repository, model."""
