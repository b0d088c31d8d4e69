"""A template with its conditions decided: only what will be there, so that it fits into a request and reads as a list."""

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
    conditions = template.get("Conditions", {})

    def holds(rule: Any) -> bool:
        match rule:
            case {"Condition": name}:
                return holds(conditions[name])
            case {"Fn::Equals": [left, right]}:
                return _value(left, known) == _value(right, known)
            case {"Fn::Not": [inner]}:
                return not holds(inner)
            case {"Fn::And": rules}:
                return all(holds(one) for one in rules)
            case {"Fn::Or": rules}:
                return any(holds(one) for one in rules)
            case _:
                message = f"This condition cannot be decided: {rule}"
                raise ValueError(message)

    decided = {name: holds(rule) for name, rule in conditions.items()}

    def chosen(value: Any) -> Any:
        if isinstance(value, list):
            found = [chosen(one) for one in value]
            return [one for one in found if one != NOTHING]
        if not isinstance(value, Mapping):
            return value
        if "Fn::If" in value:
            name, then, otherwise = value["Fn::If"]
            return chosen(then if decided[name] else otherwise)
        found_by_key = {key: chosen(one) for key, one in value.items()}
        return {key: one for key, one in found_by_key.items() if one != NOTHING}

    def there(members: Mapping[str, Any]) -> dict[str, Any]:
        kept = {}
        for name, one in members.items():
            if decided.get(one.get("Condition", ""), True):
                kept[name] = chosen({key: part for key, part in one.items() if key != "Condition"})
        return kept

    left = {
        "Resources": there(template["Resources"]),
        "Outputs": there(template.get("Outputs", {})),
    }
    used = _references(left)
    head = {
        key: part
        for key, part in template.items()
        if key not in ("Resources", "Outputs", "Conditions", "Parameters")
    }
    wanted = {name: one for name, one in template.get("Parameters", {}).items() if name in used}
    return {**head, "Parameters": wanted, **left}


def given(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Those of these parameters that the template asks for."""
    return {
        name: value for name, value in parameters.items() if name in template.get("Parameters", {})
    }


def _value(part: Any, known: Mapping[str, str]) -> str:
    return known[part["Ref"]] if isinstance(part, Mapping) else str(part)


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
