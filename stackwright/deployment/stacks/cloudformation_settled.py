"""A template with its conditions decided: what will be there, so that it fits into a request and reads as a list."""

from collections.abc import Mapping
from typing import Any

NOTHING = {"Ref": "AWS::NoValue"}


def settled(
    template: Mapping[str, Any], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    """The same stack without conditions, and without parameters that nothing refers to.

    Args:
        template: The template as data.
        parameters: The values that it will be given.
        region: Where it will be made.
    """
    known = {
        name: str(one["Default"])
        for name, one in template.get("Parameters", {}).items()
        if "Default" in one
    }
    known |= {**parameters, "AWS::Region": region}
    rules = template.get("Conditions", {})
    decided = {name: _holds(rule, rules, known) for name, rule in rules.items()}
    left = {part: _there(template.get(part, {}), decided) for part in ("Resources", "Outputs")}
    used = _references(left)
    head = {
        part: value
        for part, value in template.items()
        if part not in ("Resources", "Outputs", "Conditions", "Parameters")
    }
    wanted = {name: one for name, one in template.get("Parameters", {}).items() if name in used}
    return {**head, "Parameters": wanted, **left}


def given(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Those of these parameters that the template asks for."""
    return {
        name: value for name, value in parameters.items() if name in template.get("Parameters", {})
    }


def _holds(rule: Any, rules: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    match rule:
        case {"Condition": name}:
            return _holds(rules[name], rules, known)
        case {"Fn::Equals": [left, right]}:
            return _value(left, known) == _value(right, known)
        case {"Fn::Not": [inner]}:
            return not _holds(inner, rules, known)
        case {"Fn::And": inner}:
            return all(_holds(one, rules, known) for one in inner)
        case {"Fn::Or": inner}:
            return any(_holds(one, rules, known) for one in inner)
        case _:
            message = f"This condition cannot be decided: {rule}"
            raise ValueError(message)


def _value(part: Any, known: Mapping[str, str]) -> str:
    return known[part["Ref"]] if isinstance(part, Mapping) else str(part)


def _there(members: Mapping[str, Any], decided: Mapping[str, bool]) -> dict[str, Any]:
    return {
        name: _chosen({key: part for key, part in one.items() if key != "Condition"}, decided)
        for name, one in members.items()
        if decided.get(one.get("Condition", ""), True)
    }


def _chosen(value: Any, decided: Mapping[str, bool]) -> Any:
    if isinstance(value, list):
        return [one for part in value if (one := _chosen(part, decided)) != NOTHING]
    if not isinstance(value, Mapping):
        return value
    if "Fn::If" in value:
        name, then, otherwise = value["Fn::If"]
        return _chosen(then if decided[name] else otherwise, decided)
    return {key: one for key, part in value.items() if (one := _chosen(part, decided)) != NOTHING}


def _references(value: Any) -> set[str]:
    """Everything that is named by `Ref` or within `Fn::Sub`."""
    if isinstance(value, list):
        return {name for one in value for name in _references(one)}
    if not isinstance(value, Mapping):
        return set()
    found = {name for one in value.values() for name in _references(one)}
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::Sub" in value:
        said = value["Fn::Sub"]
        text = said if isinstance(said, str) else said[0]
        found |= {part.split("}")[0].split(".")[0] for part in text.split("${")[1:]}
    return found
