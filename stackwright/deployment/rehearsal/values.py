"""What a provider would plan and what it would answer: decided from the schema, always the same for the same input."""

from collections.abc import Mapping
from typing import Any, Final

from stackwright.deployment.rehearsal.answers import answer, facts
from stackwright.deployment.rehearsal.schema import Attribute, Block, NestedBlock


class Unknown:
    """Stands where a value is only known after something is made."""

    def __repr__(self) -> str:
        """As it is shown."""
        return "(unknown)"


UNKNOWN: Final = Unknown()
Values = dict[str, Any]  # attributes by name: JSON values, and UNKNOWN
_MERGED = {
    "tags_all": "tags",
    "effective_labels": "labels",
    "terraform_labels": "labels",
}  # what providers add their own defaults to


def planned(
    kind: str,
    block: Block,
    proposed: Values | None,
    prior: Values | None,
    defaults: Mapping[str, str] | None = None,
) -> Values | None:
    """What is planned for a resource: what only the provider writes is unknown until it is made.

    Args:
        kind: Such as aws_vpc.
        block: Its schema.
        proposed: What Terraform proposes: the configuration, and what was there before.
        prior: What is there; None: nothing.
        defaults: Tags or labels that the provider adds to each resource.
    """
    if proposed is None:
        return None
    result = _without_write_only(block, proposed)
    if result != prior:
        result = _opened(block, result)
    for merged, own in _MERGED.items():
        if merged in block.attributes and own in block.attributes:
            given = proposed.get(own)
            known = given is not UNKNOWN and UNKNOWN not in (given or {}).values()
            result[merged] = {**(defaults or {}), **(given or {})} if known else UNKNOWN
    return {**result, **_planned_facts(kind, result, prior)}


def applied(kind: str, block: Block, values: Values, seed: str) -> Values:
    """What is there after it was made: all that was unknown, with values that depend only on the seed."""
    found = facts(kind, values)
    return _closed(kind, block, {**values, **found}, seed)


def read(kind: str, block: Block, config: Values, seed: str) -> Values:
    """What a data source answers."""
    found = _opened(block, config)
    return _closed(kind, block, {**found, **facts(kind, found)}, seed)


def conform(block: Block, values: Mapping[str, Any]) -> Values:
    """The values with all the names of the schema and no others: what is missing is null or empty."""
    result: Values = {name: values.get(name) for name in block.attributes}
    for name, nested in block.blocks.items():
        given = values.get(name)
        match nested.nesting:
            case "single":
                result[name] = None if given is None else conform(nested.block, given)
            case "map":
                result[name] = {k: conform(nested.block, one) for k, one in (given or {}).items()}
            case _:
                result[name] = [conform(nested.block, one) for one in given or ()]
    return result


def changed_names(prior: Values, planned_values: Values) -> tuple[str, ...]:
    """The attributes and blocks that are not as they were."""
    return tuple(name for name, value in sorted(planned_values.items()) if prior.get(name) != value)


def is_known(value: Any) -> bool:
    """Whether nothing in it is unknown."""
    if isinstance(value, Mapping):
        return all(is_known(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_known(inner) for inner in value)
    return value is not UNKNOWN


def _without_write_only(block: Block, values: Values) -> Values:
    result = {
        name: None if name in block.attributes and block.attributes[name].write_only else value
        for name, value in values.items()
    }
    for name, nested in block.blocks.items():
        result[name] = _each(nested, values.get(name), _without_write_only)
    return result


def _opened(block: Block, values: Values) -> Values:
    """Null where the provider answers becomes unknown."""
    result = dict(values)
    for name, one in block.attributes.items():
        result[name] = _opened_attribute(one, values.get(name))
    for name, nested in block.blocks.items():
        result[name] = _each(nested, values.get(name), _opened)
    return result


def _opened_attribute(one: Attribute, value: Any) -> Any:
    if value is None:
        return UNKNOWN if one.computed else None
    if not one.members or one.fixed or value is UNKNOWN:
        return value

    def inner(element: Any) -> Any:
        if not isinstance(element, Mapping):
            return element
        return {name: _opened_attribute(m, element.get(name)) for name, m in one.members.items()}

    if one.type == "object":
        return inner(value)
    if one.type == "map":
        return {key: inner(element) for key, element in value.items()}
    return [inner(element) for element in value]


def _closed(kind: str, block: Block, values: Values, seed: str) -> Values:
    result = dict(values)
    for name, one in block.attributes.items():
        result[name] = _closed_attribute(kind, name, one, values.get(name), f"{seed}/{name}")
    for name, nested in block.blocks.items():
        given = values.get(name)
        if given is UNKNOWN:  # blocks made from something unknown
            given = [] if nested.nesting in ("list", "set") else None
        result[name] = _numbered(nested, given, kind, f"{seed}/{name}")
    return result


def _closed_attribute(kind: str, name: str, one: Attribute, value: Any, seed: str) -> Any:
    if value is UNKNOWN:
        return _made(kind, name, one, seed)
    if not one.members or value is None:
        return _closed_simple(kind, name, one.type, value, seed)

    def inner(element: Any, place: str) -> Any:
        return {
            key: _closed_attribute(kind, key, m, element.get(key), f"{place}/{key}")
            for key, m in one.members.items()
        }

    if one.type == "object":
        return inner(value, seed)
    if one.type == "map":
        return {key: inner(element, f"{seed}/{key}") for key, element in value.items()}
    return [
        _made_object(kind, one, f"{seed}/{index}")
        if element is UNKNOWN
        else inner(element, f"{seed}/{index}")
        for index, element in enumerate(value)
    ]


def _closed_simple(kind: str, name: str, type_: str, value: Any, seed: str) -> Any:
    """A list or map of which only parts are unknown."""
    if isinstance(value, Mapping):
        return {
            key: _closed_simple(kind, name, "string", inner, f"{seed}/{key}")
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _closed_simple(kind, name, "string", inner, f"{seed}/{index}")
            for index, inner in enumerate(value)
        ]
    return answer(kind, name, type_, seed) if value is UNKNOWN else value


def _made(kind: str, name: str, one: Attribute, seed: str) -> Any:
    if not one.members:
        return answer(kind, name, one.type, seed)
    if one.type == "object":
        return _made_object(kind, one, seed)
    if one.type == "map":
        return {}
    return [_made_object(kind, one, f"{seed}/0")]


def _made_object(kind: str, one: Attribute, seed: str) -> Values:
    return {name: _made(kind, name, inner, f"{seed}/{name}") for name, inner in one.members.items()}


def _each(nested: NestedBlock, value: Any, change: Any) -> Any:
    if value is None or value is UNKNOWN:
        return value
    match nested.nesting:
        case "single":
            return change(nested.block, value)
        case "map":
            return {key: change(nested.block, one) for key, one in value.items()}
        case _:
            return [one if one is UNKNOWN else change(nested.block, one) for one in value]


def _numbered(nested: NestedBlock, value: Any, kind: str, seed: str) -> Any:
    if value is None:
        return None
    match nested.nesting:
        case "single":
            return _closed(kind, nested.block, value, seed)
        case "map":
            return {k: _closed(kind, nested.block, one, f"{seed}/{k}") for k, one in value.items()}
        case _:
            return [
                _closed(kind, nested.block, one, f"{seed}/{index}")
                for index, one in enumerate(value)
                if one is not UNKNOWN
            ]


def _planned_facts(kind: str, values: Values, prior: Values | None) -> Values:
    """What real providers already know when they plan, so that `for_each` can be made of it."""
    if kind == "aws_acm_certificate" and prior is None:
        names = [values.get("domain_name"), *(_listed(values.get("subject_alternative_names")))]
        if names and all(isinstance(name, str) for name in names):
            record = dict.fromkeys(
                ("resource_record_name", "resource_record_type", "resource_record_value"), UNKNOWN
            )
            unique = sorted({str(name) for name in names})
            return {"domain_validation_options": [{"domain_name": n, **record} for n in unique]}
    return {}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
