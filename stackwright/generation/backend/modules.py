"""Where each style puts the classes of an entity, and what each of its modules imports."""

import re
from collections.abc import Iterator
from typing import Any

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.project import Project
from stackwright.generation.backend import names
from stackwright.generation.backend.imports import import_lines, listed
from stackwright.generation.backend.models import LIBRARY, link_enums
from stackwright.generation.backend.schemas import sides
from stackwright.generation.config import Style

Wanted = dict[str, set[str]]
_USED = re.compile(rf"\b({'|'.join(LIBRARY)})(_?)(?=[.(])")
_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.VERBOSE)
_MODELS = {
    Style.MINIMAL: "app.entities.{}",
    Style.STANDARD: "app.models.{}",
    Style.ENTERPRISE: "app.modules.{}.model",
}
_SCHEMAS = {
    Style.MINIMAL: "app.entities.{}",
    Style.STANDARD: "app.schemas.{}",
    Style.ENTERPRISE: "app.modules.{}.schemas",
}
_RESOURCES = {
    Style.MINIMAL: "app.entities.{}",
    Style.STANDARD: "app.resources.{}",
    Style.ENTERPRISE: "app.modules.{}.resource",
}


def models_of(style: Style, entity: str) -> str:
    """The module of an entity's tables."""
    return _MODELS[style].format(names.module(entity))


def choices_of(style: Style, entity: str) -> str:
    """The module of the enums of an entity's links."""
    return "app.choices" if style is Style.MINIMAL else models_of(style, entity)


def schemas_of(style: Style, entity: str) -> str:
    """The module of what clients send and get."""
    return _SCHEMAS[style].format(names.module(entity))


def resource_of(style: Style, entity: str) -> str:
    """The module of what the API knows of an entity."""
    return _RESOURCES[style].format(names.module(entity))


def merged(*parts: Wanted) -> Wanted:
    """All that these import."""
    found: Wanted = {}
    for part in parts:
        for module, wanted in part.items():
            found.setdefault(module, set()).update(wanted)
    return found


def model_imports(view: dict[str, Any]) -> tuple[Wanted, list[str]]:
    """What the tables of an entity import at run time, and what stands behind a bare `import`."""
    model = view["model"]
    library = _library(model)
    wanted: Wanted = merged(
        {module: set(found) for module, found in model["standard"].items()},
        {"sqlalchemy.orm": {"Mapped", *library["mapped_column"], *library["relationship"]}},
        {"app.core": library["types"]},
        {"app.core.base": {"Base", *(part for part in model["mixins"].split(", ") if part)}},
    )
    for holds, module, name in (
        (model["enums"], "enum", "StrEnum"),
        (model["has_uuid4"], "uuid", "uuid4"),
        (model["has_point"], "app.core.values", "Point"),
        (model["has_property"], "app.core.keys", "join_key"),
        (model["related"], "typing", "TYPE_CHECKING"),
    ):
        if holds:
            wanted.setdefault(module, set()).add(name)
    return wanted, sorted(what.replace("sa as", "sqlalchemy as") for what in library["sa"])


def _library(model: dict[str, Any]) -> dict[str, set[str]]:
    """What the classes use of libraries, each under the names that no member of a class hides."""
    found: dict[str, set[str]] = {name: set() for name in LIBRARY}
    for code in _codes(model):
        for name, mark in _USED.findall(_QUOTED.sub("", code)):
            found[name].add(f"{name} as {name}_" if mark else name)
    found["sa"] = {"sa as sa" if what == "sa" else what for what in found["sa"]}
    return found


def _codes(model: dict[str, Any]) -> Iterator[str]:
    for table in (model, *model["links"]):
        yield from table["table_args"]
        for member in (*table["columns"], *table["relationships"]):
            yield member["code"]


def related_lines(view: dict[str, Any], style: Style) -> list[str]:
    """Imports that only type checkers need."""
    wanted: Wanted = {}
    for related in view["model"]["related"]:
        module = (
            "app.accounts.models" if related["is_user"] else models_of(style, related["entity"])
        )
        wanted[module] = set(related["names"])
    return import_lines(wanted, indent=4)


def schema_imports(entity: Entity, view: dict[str, Any], style: Style, project: Project) -> Wanted:
    """What the schemas of an entity import, apart from the entity's own module of tables."""
    schema = view["schema"]
    wanted: Wanted = {module: set(found) for module, found in schema["standard"].items()}
    if schema["uses_annotated"]:
        wanted.setdefault("typing", set()).add("Annotated")
    if schema["uses_uuid4"]:
        wanted.setdefault("uuid", set()).add("uuid4")
    if schema["uses_field"]:
        wanted["pydantic"] = {"Field"}
    if schema["example"]:
        wanted.setdefault("pydantic", set()).add("ConfigDict")
    wanted["app.core"] = {"values"}
    if schema["uses_references"]:
        wanted["app.core"].add("references")
    if schema["enums"]:
        wanted.setdefault(models_of(style, entity.name), set()).update(schema["enums"])
    for side in sides(entity, project):
        for link in schema["links"]:
            if link["enums"] and link["enum_module"] == names.module(side.relation.owner):
                module = choices_of(style, side.relation.owner)
                wanted.setdefault(module, set()).update(link["enums"])
    return wanted


def resource_imports(entity: Entity, view: dict[str, Any], style: Style) -> Wanted:
    """What the resource of an entity imports."""
    resource = view["resource"]
    wanted: Wanted = {module: set(found) for module, found in resource["imports"].items()}
    wanted["app.core"] = {"resource"}
    if resource["rules"]:
        wanted.setdefault("collections.abc", set()).add("Iterator")
        wanted["app.core"].add("problems")
    if resource["uses_references"]:
        wanted["app.core"].add("references")
    if resource["uses_values"]:
        wanted["app.core"].add("values")
    wanted[models_of(style, entity.name)] = {entity.name}
    if style is Style.ENTERPRISE:
        wanted[f"app.modules.{names.module(entity.name)}.policy"] = {"PERMISSIONS"}
    wanted.setdefault(schemas_of(style, entity.name), set()).update(
        {f"{entity.name}Read", *resource["item_classes"]}
    )
    return wanted


def route_imports(entity: Entity, view: dict[str, Any], style: Style) -> Wanted:
    """What the endpoints of an entity import."""
    fastapi = {"APIRouter", "Depends", "Path", "Request"}
    fastapi |= {"Header"} if entity.optimistic_lock else set()
    fastapi.add("Response")
    wanted: Wanted = {
        "typing": {"Annotated"},
        "fastapi": fastapi,
        "app.accounts": {"access"},
        "app.core": {"changes", "deleting", "filtering", "openapi", "paging", "problems"},
        "app.core.database": {"SessionDep"},
        resource_of(style, entity.name): {view["resource"]["constant"], "PERMISSIONS", "show"},
    }
    if view["id_type"] == "UUID":
        wanted["uuid"] = {"UUID"}
    schemas = {f"{entity.name}{kind}" for kind in ("Create", "Patch", "Read", "Update")}
    wanted.setdefault(schemas_of(style, entity.name), set()).update(schemas)
    return wanted


def module_views(
    entity: Entity, view: dict[str, Any], project: Project, style: Style
) -> dict[str, list[str]]:
    """The import lines of every module of an entity, in this style."""
    model, plain = model_imports(view)
    schema = schema_imports(entity, view, style, project)
    resource = resource_imports(entity, view, style)
    routes = route_imports(entity, view, style)
    own = models_of(style, entity.name)
    found = {"related": related_lines(view, style)}
    if style is Style.MINIMAL:
        choices = {enum["name"] for enum in link_enums(entity, project)}
        links: Wanted = {choices_of(style, entity.name): choices}
        every = merged(model, links, schema, resource, routes)
        every.pop(own, None)
        found["all"] = import_lines(every, plain)
        return found
    found["model"] = import_lines(model, plain)
    found["schema"] = import_lines(schema)
    found["resource"] = import_lines(resource)
    if style is Style.ENTERPRISE:
        found.update(enterprise_imports(entity, view))
        return found
    found["routes"] = import_lines(routes)
    return found


def enterprise_imports(entity: Entity, view: dict[str, Any]) -> dict[str, list[str]]:
    """The import lines of the further layers of an entity's package."""
    package = f"app.modules.{names.module(entity.name)}"
    constant, name = view["resource"]["constant"], entity.name
    uuid: Wanted = {"uuid": {"UUID"}} if view["id_type"] == "UUID" else {}
    sent = {f"{name}{kind}" for kind in ("Create", "Patch", "Update")}
    events = {f"{name}Changed", f"{name}Created", f"{name}Deleted"}
    return {
        "repository": import_lines(
            {
                "collections.abc": {"Sequence"},
                "sqlalchemy.orm": {"Session"},
                "app.core": {"filtering", "paging"},
                f"{package}.model": {name},
                f"{package}.resource": {constant},
            }
        ),
        "service": import_lines(
            merged(
                uuid,
                {
                    "typing": {"Annotated"},
                    "fastapi": {"Depends"},
                    "app.accounts": {"access"},
                    "app.core": {"changes", "deleting"},
                    "app.core.database": {"SessionDep"},
                    "app.platform.events": {"BusDep"},
                    f"{package}.events": events,
                    f"{package}.model": {name},
                    f"{package}.repository": {f"{name}Repository"},
                    f"{package}.resource": {constant},
                    f"{package}.schemas": sent,
                },
            )
        ),
        "routes": import_lines(
            merged(
                uuid,
                {
                    "typing": {"Annotated"},
                    "fastapi": {"APIRouter", "Depends", "Path", "Request", "Response"}
                    | ({"Header"} if entity.optimistic_lock else set()),
                    "app.accounts": {"access"},
                    "app.core": {"filtering", "openapi", "paging", "problems"}
                    | ({"changes"} if entity.optimistic_lock else set()),
                    f"{package}.policy": {"PERMISSIONS"},
                    f"{package}.resource": {constant, "show"},
                    f"{package}.schemas": sent | {f"{name}Read"},
                    f"{package}.service": {f"{name}Service"},
                },
            )
        ),
    }


def package_lines(project: Project, style: Style) -> dict[str, Any]:
    """What the packages that bring all entities together import."""
    built_in: Wanted = {"app.core.base": {"Base"}}
    if style is Style.ENTERPRISE:
        built_in["app.platform.audit"] = {"AuditEntry"}
    models: Wanted = {"app.accounts.models": {BUILT_IN_USER}, "app.core.files": {"File"}}
    for entity in project.entities:
        models[models_of(style, entity.name)] = {entity.name}
    modules = {names.module(entity.name) for entity in project.entities}
    routers: Wanted = {"app.entities" if style is Style.MINIMAL else "app.api": modules}
    if style is Style.ENTERPRISE:
        routers = {f"app.modules.{name}": {f"router as {name}"} for name in modules}
    return {
        "model_imports": import_lines(models),
        "class_names": _names(models),
        "table_imports": import_lines(merged(models, built_in)),
        "table_names": _names(merged(models, built_in)),
        "catalog_imports": import_lines(_catalog(project, style)),
        "router_imports": import_lines(routers),
    }


def _names(wanted: Wanted) -> list[str]:
    """Everything that is imported, in the order of `__all__`."""
    return sorted((name for found in wanted.values() for name in found), key=listed)


def _catalog(project: Project, style: Style) -> Wanted:
    wanted: Wanted = {"app.core.resource": {"Resource"}}
    for entity in project.entities:
        wanted.setdefault(resource_of(style, entity.name), set()).add(names.constant(entity))
        wanted.setdefault(schemas_of(style, entity.name), set()).add(f"{entity.name}Create")
    return wanted
