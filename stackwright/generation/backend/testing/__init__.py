"""What the templates of generated tests are given: literal rows and tables of cases."""

from typing import Any
from urllib.parse import quote

from stackwright.domain import naming
from stackwright.domain.entity import ADMIN, Entity
from stackwright.domain.project import Project
from stackwright.generation.backend.testing.access import access
from stackwright.generation.backend.testing.examples import (
    example_rows,
    fixed_keys,
    payload,
    required_keys,
)
from stackwright.generation.backend.testing.literals import bracketed, entries, imports, source
from stackwright.generation.backend.testing.reading import reading
from stackwright.generation.backend.testing.relating import relating, unknown_id
from stackwright.generation.backend.testing.writing import writing
from stackwright.generation.config import Config
from stackwright.generation.samples.documents import sample_document
from stackwright.rendering.text import docstring

_TABLES = ("boundaries", "patches", "immutable", "checks", "invalid", "invalid_changes")


def testing_facts(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    """What an entity's view needs for its tests and sample rows; the flags decide which files there are."""
    view = tests_view(entity, project, config)
    return {
        "tests": view,
        "has_test_rows": view["rows"] > 0,
        "has_test_relations": view["has_relations"],
        "has_test_rules": bool(view["rows"] and view["writing"]["invalid"]),
        "sample_rows": sample_document(project, entity) if config.sample_data else "[]",
    }


def tests_view(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    """Plain data for the tests of one entity.

    `rows` counts the example rows: with none (contradicting rules) the entity has no tests.
    """
    rows = example_rows(project, entity) if config.tests else ()
    if not rows:
        return {"rows": 0, "has_relations": False}
    fixed = fixed_keys(entity)
    sensitive = [field.name for field in entity.fields if field.sensitive]
    payloads = [entries(payload(entity, row)) for row in rows]
    write = writing(entity, rows)
    relate = relating(project, entity, rows)
    roles = access(entity, project)
    examples = f"tests.examples.{naming.snake(entity.name)}"
    updaters = [role for role in roles["updaters"] if role != ADMIN]
    return {
        "rows": len(rows),
        "has_relations": any(relate[name] for name in ("to_one", "needed", "to_many")),
        "name": source(naming.snake(entity.name)),
        "label": docstring(entity.plural_label or naming.sentence(entity.plural))
        .rstrip(".")
        .lower(),
        "unknown": quote(unknown_id(project, entity.name), safe="~"),
        "payloads": payloads,
        "required": _names(required_keys(entity)),
        "fixed": _names(fixed),
        "has_fixed": bool(fixed),
        "sensitive": _names(sensitive),
        "has_sensitive": bool(sensitive),
        "hidden": ", hidden=SENSITIVE" if sensitive else "",
        "references": _references(*(line for lines in payloads for line in lines)),
        "access": roles,
        "updater": source(updaters[0] if updaters else ADMIN),
        "soft_delete": entity.soft_delete,
        "audit": entity.audit,
        "lock": entity.optimistic_lock and bool(write["change"]),
        "import_path": imports(examples, ["PATH"]),
        "import_rows": imports(examples, ["PATH", "ROWS"]),
        "writing": {**write, **_imports(examples, write, relate, entity)},
        "reading": reading(entity, rows),
        "relating": relate,
    }


def _names(names: list[str]) -> str:
    return bracketed("[", [source(name) for name in names], "]")


def _references(*lines: str) -> str:
    """Names to import for the links and uploads in these lines."""
    text = "\n".join(lines)
    return ", ".join(name for name in ("Link", "Upload") if f"{name}(" in text)


def _imports(
    examples: str, write: dict[str, Any], relate: dict[str, Any], entity: Entity
) -> dict[str, Any]:
    """What the module of changes needs to import."""
    tables = [
        write[name]
        for name in ("defaults", "boundaries", "patches", "immutable", "checks", "computed")
    ]
    tables += [relate["unique"]]
    lock = entity.optimistic_lock and bool(write["change"])
    lines = [*write["patches"], *write["immutable"], *relate["unique"], write["change"]]
    names = [
        "PATH",
        *(["REQUIRED"] if write["has_required"] else []),
        *(["SENSITIVE"] if any(field.sensitive for field in entity.fields) else []),
    ]
    return {
        "uses_any": any(tables) or entity.audit or lock,
        "uses_pytest": any(tables) or write["has_required"] or bool(write["clearable"]),
        "references": _references(*lines),
        "import_examples": imports(examples, names),
    }
