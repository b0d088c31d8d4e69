"""What the front end's templates are handed: plain data made from the model."""

import html
from typing import Any

from pydantic import JsonValue

from stackwright.domain.entity import Computed, Entity, Permissions
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.config import Config, Style
from stackwright.generation.frontend import labels, names, rows, rules, specs
from stackwright.generation.frontend.checks import check_view, helpers
from stackwright.generation.frontend.code import json_text, strings, ts_object
from stackwright.generation.frontend.journey import journey
from stackwright.generation.frontend.members import ToMany, ToOne, members, related
from stackwright.generation.frontend.samples import EntitySamples
from stackwright.rendering.layout import WIDTH, ts_args
from stackwright.rendering.text import ts_str

SHELL_LANGUAGES = ("de", "es", "fr")  # beside English, which is always there
_HIDDEN_COLUMNS = frozenset(
    {FieldType.TEXT, FieldType.JSON, FieldType.FILE, FieldType.IMAGE, FieldType.POINT}
    | {FieldType.LIST, FieldType.UUID}
)
_MOST_COLUMNS = 6
_TITLE_WIDTH = 90  # columns of a line in the head of index.html


def project_facts(project: Project, config: Config) -> dict[str, Any]:
    """What the configuration and the head of the model say."""
    return {
        "title": project.title,
        "title_html": _html_line(project.title),
        "language": project.locales[0],
        "languages": strings(project.locales),
        "backend_host": "backend",
        **{f"has_{locale}": locale in project.locales for locale in SHELL_LANGUAGES},
    }


def project_names(project: Project, config: Config) -> dict[str, Any]:
    """The facts, and which entities there are."""
    listed = [
        {
            "name": entity.name,
            "constant": names.constant(entity),
            "slug": names.slug(entity),
            "path": names.path(entity),
            "where": entity.where,
        }
        for entity in project.entities
    ]
    return {
        **project_facts(project, config),
        "entities": listed,
        "by_slug": sorted(listed, key=lambda entry: entry["slug"]),
        "routes": [_route(entry, config) for entry in listed],
    }


def project_model(project: Project, config: Config) -> dict[str, Any]:
    """The names, and what the navigation shows."""
    return {
        **project_names(project, config),
        "navigation": json_text(_navigation(project)),
        "journey": journey(project) if config.tests else None,
    }


def entity_view(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    """Everything that the files of one entity need."""
    constant = names.constant(entity)
    return {
        "module": names.slug(entity).replace("-", "_"),
        "slug": names.slug(entity),
        "name": entity.name,
        "type": names.type_name(entity),
        "constant": constant,
        "path": names.path(entity),
        "resource_call": _resource_call(names.type_name(entity), names.path(entity)),
        "label": (entity.label or entity.name),
        "plural": labels.plural(entity),
        "description": entity.description,
        "where": entity.where,
        "lines": rows.row_lines(entity, project),
        "links": rows.links(entity, project),
        "uses_refs": rows.uses_refs(entity, project),
        "uses_values": rows.uses_values(entity),
        "fields": _fields(entity, project),
        "checks": [check_view(check) for check in entity.checks],
        "helpers": helpers(entity),
        "display": specs.display_field(entity),
        "columns": strings(_columns(entity, project)),
        "searchable": specs.is_searchable(entity),
        "permissions": _permissions(entity.permissions),
        "related": _related(entity, project),
        "labels": json_text(labels.labels(entity, project)),
        "samples": json_text(EntitySamples(entity, project).document()) if config.tests else "",
    }


def _route(entry: dict[str, str], config: Config) -> str:
    """How the table of routes mentions an entity, in the code style."""
    if config.style is Style.MINIMAL:
        load = f'load: () => import("@/entities/{entry["slug"]}")'
        options = ts_object([f"path: {ts_str(entry['path'])}", load])
        return f"...entityRoutes({options})"
    is_standard = config.style is Style.STANDARD
    return f"...{entry['constant']}Routes" if is_standard else f"{entry['constant']}Feature"


def _resource_call(type_name: str, path: str) -> str:
    """Types and argument behind `createResource`; the types break only where they must."""
    head = f"export const resource = createResource<{type_name}, Values>("
    if len(head) <= WIDTH:
        return f"<{type_name}, Values>({ts_args([ts_str(path)])})"
    return f"<\n  {type_name},\n  Values\n>({ts_str(path)})"


def _html_line(text: str) -> str:
    """The text for HTML, cut where it would need several lines."""
    words = text.split()
    while words and len(html.escape(" ".join(words))) > _TITLE_WIDTH:
        words.pop()
    return html.escape(" ".join(words) or text[:20])


def _fields(entity: Entity, project: Project) -> list[dict[str, Any]]:
    """Each member with its literal in `fields`, and with its rule when it is in the form."""
    found = []
    for member in members(entity, project):
        match member:
            case Field():
                spec = specs.field_spec(member, entity)
                key: str | None = member.name
                rule = rules.field_rule(
                    member, is_required=member.required or member.name in entity.primary_key.parts
                )
            case ToOne():
                spec = specs.to_one_spec(member, entity, project)
                key, rule = f"{member.name}_id", rules.to_one_rule(member, entity, project)
            case ToMany():
                spec = specs.to_many_spec(member, project)
                key, rule = member.name, rules.to_many_rule(member, project)
            case Computed():
                spec, key, rule = specs.computed_spec(member), None, ""
        found.append(
            {
                "name": member.name,
                "key": key,
                "spec": ts_object(spec),
                "rule": rule,
                "where": member.where,
            }
        )
    return found


def _columns(entity: Entity, project: Project) -> list[str]:
    """What a list shows at first: the naming field, then what is short and not secret."""
    shown = specs.display_field(entity)
    found = [] if shown == "id" and entity.primary_key.kind != "string" else [shown]
    for member in members(entity, project):
        is_hidden = isinstance(member, ToMany) or (
            isinstance(member, Field) and (member.sensitive or member.type in _HIDDEN_COLUMNS)
        )
        if not is_hidden and member.name not in found and len(found) < _MOST_COLUMNS:
            found.append(member.name)
    if found:
        return found
    visible = (m.name for m in members(entity, project) if not getattr(m, "sensitive", False))
    return list(visible)[:_MOST_COLUMNS]


def _permissions(permissions: Permissions) -> list[dict[str, str]]:
    return [
        {"action": action, "roles": strings(getattr(permissions, action))}
        for action in ("create", "read", "update", "delete")
    ]


def _related(entity: Entity, project: Project) -> list[dict[str, Any]]:
    found = []
    for relation in related(entity, project):
        owner = project.entity(relation.owner)
        found.append(
            {
                "name": relation.inverse,
                "field": relation.name,
                "target": specs.target(relation.owner, None, project),
                "is_single": relation.kind.value == "one_to_one",
                "create": strings(owner.permissions.create),
                "read": strings(owner.permissions.read),
                "where": relation.where,
            }
        )
    return found


def _navigation(project: Project) -> dict[str, JsonValue]:
    return {
        "title": project.title,
        "description": project.description,
        "entries": [
            {
                "name": names.slug(entity),
                "path": names.path(entity),
                "read": list(entity.permissions.read),
                "labels": dict.fromkeys(project.locales, labels.plural(entity)),
            }
            for entity in project.entities
        ],
    }
