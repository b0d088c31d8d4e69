"""The OpenAPI description: filters as parameters, problems as answers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from sqlalchemy.types import TypeEngine

from app.core.filtering import operators
from app.core.problems import ProblemBody
from app.core.resource import Resource
from app.core.types import Structure

_WORDS = {
    "": "equals",
    "ne": "differs from",
    "in": "is one of (separated by commas)",
    "notin": "is none of (separated by commas)",
    "contains": "contains",
    "gt": "is greater than",
    "ge": "is greater than or equal to",
    "lt": "is less than",
    "le": "is less than or equal to",
    "null": "is empty (true) or not (false)",
}


def filter_parameters(resource: Resource[Any], *, with_order: bool = True) -> dict[str, Any]:
    """What `openapi_extra` of a list takes: a parameter for each filter."""
    found = []
    if with_order:
        sortable = [name for name in resource.filters if not _is_json(resource, name)]
        names = ", ".join(f"`{name}`" for name in ("id", *sortable))
        found.append(_parameter("sort", f"Fields, separated by commas; `-` turns round: {names}."))
    if resource.searchable:
        names = ", ".join(f"`{name}`" for name in resource.searchable)
        found.append(_parameter("q", f"Words that occur in {names}."))
    for name in resource.filters:
        kind: TypeEngine[Any] = resource.column(name).type
        found += [_comparison(name, operator, f"`{name}`") for operator in operators(kind)]
    for name in resource.to_one:
        found += [
            _comparison(f"{name}_id", operator, f"The id of `{name}`")
            for operator in ("", "in", "null")
        ]
    found += [
        _parameter(name, f"The row of this id is among `{name}`.") for name in resource.to_many
    ]
    return {"parameters": found}


def describe(app: FastAPI) -> None:
    """Have the application describe itself with the schema of its problems."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs", {})
            schemas["Problem"] = problem
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _is_json(resource: Resource[Any], name: str) -> bool:
    return isinstance(resource.column(name).type, Structure)


def _comparison(name: str, operator: str, what: str) -> dict[str, Any]:
    full = f"{name}__{operator}" if operator else name
    return _parameter(full, f"{what} {_WORDS[operator]} this.")


def _parameter(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}
