"""A template with its parameters becomes the resources that it makes, those of inner templates, too."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.deployment.arm.expressions import Scope, TemplateError, evaluate

DEPLOYMENTS = "Microsoft.Resources/deployments"
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "array": list,
    "object": dict,
}
Resource = dict[str, Any]
Act = Callable[[str, Resource, str], None]


def carry_out(
    template: Mapping[str, Any],
    given: Mapping[str, Any],
    scope: Scope,
    act: Act,
    name: str = "main",
) -> dict[str, Any]:
    """Make every resource of a template, in an order that its dependencies allow.

    Args:
        template: The whole template.
        given: Its parameters: `{"name": {"value": …}}`.
        scope: Where it is deployed; what resources say of themselves.
        act: Makes one resource: identifier, the resource with nothing left to work out, name of its deployment.
        name: The name of the deployment.

    Returns:
        What its outputs say.

    Raises:
        TemplateError: Azure would refuse it.
    """
    parameters = _parameters(template, given)
    outputs: dict[str, Any] = {}

    def reference(what: str, full: bool) -> Any:
        if "/" not in what:
            if what not in outputs:
                raise TemplateError(f"{what} is referred to and not deployed before.")
            return {"outputs": outputs[what]}
        return scope.reference(what, full)

    here = replace(
        scope,
        parameters=parameters,
        variables=template.get("variables", {}),
        reference=reference,
        lambdas={},
        copies={},
    )
    for resource in _in_order(template, here):
        if resource["type"] != DEPLOYMENTS:
            act(resource["id"], resource, name)
            continue
        properties = resource["properties"]
        if properties["expressionEvaluationOptions"] != {"scope": "inner"}:
            raise TemplateError(f"{resource['name']} is worked out by the outer template.")
        inside = replace(here, group=resource.get("resourceGroup", here.group))
        act(resource["id"], {**resource, "properties": {"mode": "Incremental"}}, name)
        outputs[resource["name"]] = carry_out(
            properties["template"], properties["parameters"], inside, act, resource["name"]
        )
    return {
        key: {"type": out["type"], "value": _typed(key, out["type"], evaluate(out["value"], here))}
        for key, out in template.get("outputs", {}).items()
    }


def _parameters(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    declared = template.get("parameters", {})
    if unknown := sorted(given.keys() - declared.keys()):
        raise TemplateError(f"Parameters are given that nobody declared: {unknown}")
    values = {}
    for key, one in declared.items():
        if key not in given and "defaultValue" not in one:
            raise TemplateError(f"The parameter {key} is missing.")
        value = given[key]["value"] if key in given else one["defaultValue"]
        if "allowedValues" in one and value not in one["allowedValues"]:
            raise TemplateError(f"{key} may not be {value!r}.")
        values[key] = _typed(key, one["type"], value)
    return values


def _typed(key: str, name: str, value: Any) -> Any:
    wanted = TYPES[name]
    if not isinstance(value, wanted) or (name == "int" and isinstance(value, bool)):
        raise TemplateError(f"{key} is {value!r}, not a {name}.")
    return value


def _in_order(template: Mapping[str, Any], scope: Scope) -> Iterator[Resource]:
    """Resources as their turn comes; expressions are worked out then, as they ask those before."""
    waiting = list(template["resources"])
    copies = {one["copy"]["name"] for one in waiting if "copy" in one}
    identities = {_identity(one, each) for one in waiting for each in _scopes(one, scope)}
    names = {each.rpartition("/")[2] for each in identities}
    done: set[str] = set()
    while waiting:
        progress = False
        for one in list(waiting):
            needed = {
                str(evaluate(what, each))
                for each in _scopes(one, scope)
                for what in one.get("dependsOn", ())
            }
            if unknown := needed - identities - names - copies:
                raise TemplateError(
                    f"{one['name']} depends on what is not there: {sorted(unknown)}"
                )
            if needed - done:
                continue
            for each in _scopes(one, scope):
                identity = _identity(one, each)
                done |= {identity, identity.rpartition("/")[2]}
                if evaluate(one.get("condition", True), each):
                    made = {
                        k: v for k, v in one.items() if k not in ("copy", "condition", "dependsOn")
                    }
                    if one["type"] == DEPLOYMENTS:
                        inner = made["properties"]["template"]
                        outer = {k: v for k, v in made["properties"].items() if k != "template"}
                        worked = evaluate({**made, "properties": outer}, each)
                        worked["properties"]["template"] = inner
                    else:
                        worked = _without_nulls(evaluate(made, each))
                    yield {**worked, "id": identity}
            if "copy" in one:
                done.add(one["copy"]["name"])
            waiting.remove(one)
            progress = True
        if not progress:
            raise TemplateError(f"These wait for each other: {[one['name'] for one in waiting]}")


def _scopes(resource: Mapping[str, Any], scope: Scope) -> list[Scope]:
    if "copy" not in resource:
        return [scope]
    copy = resource["copy"]
    count = evaluate(copy["count"], scope)
    return [replace(scope, copies={copy["name"]: index}) for index in range(count)]


def _identity(resource: Mapping[str, Any], scope: Scope) -> str:
    type_, name = resource["type"], evaluate(resource["name"], scope)
    provider, *kinds = type_.split("/")
    parts = name.split("/")
    if len(kinds) != len(parts):
        raise TemplateError(f"{name} is no name of a {type_}.")
    pairs = "/".join(f"{kind}/{part}" for kind, part in zip(kinds, parts, strict=True))
    home = evaluate(resource["scope"], scope) if "scope" in resource else scope.home
    if not re.match(r"^/subscriptions/", home):
        raise TemplateError(f"{name} lies at no place: {home!r}")
    return f"{home}/providers/{provider}/{pairs}"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
