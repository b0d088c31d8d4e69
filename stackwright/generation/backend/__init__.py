"""Data for the FastAPI back end: everything its templates print, decided here."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import ADMIN, Entity
from stackwright.domain.project import Project
from stackwright.generation.backend import names
from stackwright.generation.backend.code import literal_tuple, strings
from stackwright.generation.backend.columns import file_fields, id_type
from stackwright.generation.backend.migration import has_files, migration_view, ordered
from stackwright.generation.backend.models import link_enums, model_view
from stackwright.generation.backend.modules import module_views, package_lines
from stackwright.generation.backend.resources import resource_view
from stackwright.generation.backend.schemas import schema_view
from stackwright.generation.backend.testing import testing_facts
from stackwright.generation.config import Config, Database
from stackwright.rendering.text import docstring, one_line, py_str

_URLS = {
    Database.SQLITE: "sqlite:///./{name}.db",
    Database.POSTGRESQL: "postgresql://localhost:5432/{name}",
    Database.MYSQL: "mysql://localhost:3306/{name}",
}
_LEAST_UPLOAD = 10_485_760  # bytes that a file may have when no field says more


def project_facts(project: Project, config: Config) -> dict[str, Any]:
    """What holds for the whole project, apart from its entities."""
    return {
        "name": project.name,
        "title": project.title or project.name,
        "title_literal": py_str(one_line(project.title or project.name)),
        "description": project.description,
        "description_literal": py_str(one_line(project.description or project.title)),
        "roles": list(project.roles),
        "role_tuple": literal_tuple(strings([*project.roles, ADMIN])),
        "default_url": _URLS[config.database].format(name=naming.snake(project.name)),
        "has_files": has_files(project),
        "has_to_one": any(r.is_to_one for e in project.entities for r in e.relations),
        "has_to_many": any(not r.is_to_one for e in project.entities for r in e.relations),
        "has_soft_delete": any(entity.soft_delete for entity in project.entities),
        "has_choices": any(link_enums(entity, project) for entity in project.entities),
        "uploaders": literal_tuple(strings(_union(project, "create", "update"))),
        "file_readers": literal_tuple(strings(_union(project, "read"))),
        "max_upload_bytes": _largest_file(project),
    }


def project_names(project: Project, config: Config) -> dict[str, Any]:
    """The facts, and each entity's names."""
    found = [
        {
            "name": entity.name,
            "module": names.module(entity.name),
            "constant": names.constant(entity),
            "path": naming.kebab(entity.plural),
            "where": entity.where,
        }
        for entity in project.entities
    ]
    by_module = sorted(found, key=lambda one: one["module"])
    return {
        **project_facts(project, config),
        "entities": found,
        "sorted_entities": by_module,
        "ordered_entities": [
            one for entity in ordered(project) for one in found if one["name"] == entity.name
        ],
        **package_lines(project, config.style),
    }


def project_model(project: Project, config: Config) -> dict[str, Any]:
    """The names, and the first revision of the database."""
    return {
        **project_names(project, config),
        "migration": migration_view(project),
        "choices": [enum for entity in project.entities for enum in link_enums(entity, project)],
    }


def entity_view(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    """One entity with its neighbours, ready for templates."""
    label = entity.label or naming.sentence(entity.name)
    plural = entity.plural_label or naming.sentence(entity.plural)
    view: dict[str, Any] = {
        "where": entity.where,
        "name": entity.name,
        "module": names.module(entity.name),
        "plural": naming.snake(entity.plural),
        "path": naming.kebab(entity.plural),
        "table": names.table(entity),
        "label": one_line(label),
        "plural_label": one_line(plural),
        "doc": docstring(entity.description or label),
        "model": model_view(entity, project, config.style),
        "schema": schema_view(entity, project),
        "resource": resource_view(entity, project),
        "id_type": id_type(entity.name, project),
        "versioned": entity.optimistic_lock,
        "tag": py_str(one_line(plural)),
        "path_literal": py_str(f"/{naming.kebab(entity.plural)}"),
        **testing_facts(entity, project, config),
    }
    view["imports"] = module_views(entity, view, project, config.style)
    return view


def _union(project: Project, *actions: str) -> list[str]:
    """Every role that may do one of these to an entity with files."""
    found = {
        role
        for entity in project.entities
        if file_fields(entity)
        for action in actions
        for role in getattr(entity.permissions, action)
    }
    return sorted(found)


def _largest_file(project: Project) -> int:
    limits = [field.max_bytes or 0 for e in project.entities for field in file_fields(e)]
    return max([_LEAST_UPLOAD, *limits])
