"""Data for the files around the code: README, documents, compose file, settings."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import Entity
from stackwright.domain.field import FILES, FieldType
from stackwright.domain.project import Project
from stackwright.generation.config import Config, Database, Platform, Style
from stackwright.generation.project.diagram import diagram
from stackwright.generation.project.entities import entity_document
from stackwright.generation.project.markdown import code, table
from stackwright.generation.project.settings import ENVIRONMENTS, settings

_STYLES = {
    Style.MINIMAL: "few files: everything about an entity in one place, ready to be read in one sitting",
    Style.STANDARD: "layers: models, schemas, queries and routes each in their own folder",
    Style.ENTERPRISE: "a package for each entity, with its own domain, application and interface layers",
}
_DATABASES = {
    Database.POSTGRESQL: {
        "title": "PostgreSQL",
        "port": 5432,
        "image": "postgres:17-alpine",
        "compose_url": "postgresql://app:${DATABASE_PASSWORD:?}@database:5432/app",
    },
    Database.MYSQL: {
        "title": "MySQL",
        "port": 3306,
        "image": "mysql:8.4",
        "compose_url": "mysql://app:${DATABASE_PASSWORD:?}@database:3306/app",
    },
    Database.SQLITE: {
        "title": "SQLite",
        "port": 0,
        "image": "",
        "compose_url": "sqlite:////data/app.db",
    },
}


def project_facts(project: Project, config: Config) -> dict[str, Any]:
    """What holds for the whole project, apart from its entities."""
    platforms = set(config.platforms)
    return {
        "name": project.name,
        "module": naming.snake(project.name) or "app",
        "title": project.title or project.name,
        "description": project.description,
        "roles": list(project.roles),
        "locales": list(project.locales),
        "has_backend": Platform.BACKEND in platforms,
        "has_frontend": Platform.FRONTEND in platforms,
        "has_choices": any(
            FieldType.ENUM in (field.type, field.items)
            for entity in project.entities
            for relation in entity.relations
            for field in relation.attributes
        ),
        "style": config.style.value,
        "style_means": _STYLES[config.style],
        "database": {"name": config.database.value, **_DATABASES[config.database]},
        **_settings(config),
    }


def project_names(project: Project, config: Config) -> dict[str, Any]:
    """The facts, and each entity's names."""
    return {
        **project_facts(project, config),
        "entities": [
            {
                "name": entity.name,
                "label": entity.label or naming.sentence(entity.name),
                "plural_label": entity.plural_label or naming.sentence(entity.plural),
                "path": naming.kebab(entity.plural),
                "description": entity.description,
                "where": entity.where,
            }
            for entity in project.entities
        ],
    }


def project_model(project: Project, config: Config) -> dict[str, Any]:
    """The names, and what the overview documents say of the model as a whole."""
    names = project_names(project, config)
    first = project.entities[0]
    return {
        **names,
        "diagram": diagram(project),
        "first": names["entities"][0] | {"read": list(first.permissions.read)},
        "has_files": any(
            field.type in FILES for entity in project.entities for field in entity.fields
        ),
        "has_locks": any(entity.optimistic_lock for entity in project.entities),
        "counts": {
            "entities": len(project.entities),
            "fields": sum(len(entity.fields) for entity in project.entities),
            "relations": sum(len(entity.relations) for entity in project.entities),
        },
    }


def entity_view(
    entity: Entity, project: Project, config: Config
) -> dict[str, Any]:  # every pack's view has this form
    """The document of one entity."""
    return entity_document(entity, project)


def _settings(config: Config) -> dict[str, Any]:
    known = settings(config) if Platform.BACKEND in config.platforms else ()
    secrets = [
        {
            "name": "SECRET_KEY",
            "means": "Signs the access tokens; another one in every environment.",
        }
    ]
    if config.database is not Database.SQLITE:
        secrets.append(
            {
                "name": "DATABASE_PASSWORD",
                "means": "Password of the database account that compose makes.",
            }
        )
    return {
        "settings": {
            environment: [f"{s.name}={s.values[index]}" for s in known if s.values[index]]
            for index, environment in enumerate(ENVIRONMENTS)
        },
        "settings_table": table(
            ("Variable", "Means", "When it is not set"),
            [(code(s.name), s.means, s.default) for s in known],
        )
        if known
        else "",
        "secrets": secrets if known else [],
    }
