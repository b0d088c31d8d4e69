"""Templates of CloudFormation as data: read with their short forms, written without them."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from stackwright.errors import ProjectError

INLINE_BYTES = 51_200  # what fits into a request; source: CloudFormation user guide, “Quotas”


class _Loader(yaml.CSafeLoader):  # ten times as fast as the one without C
    """YAML with `!Ref` and the other short forms of CloudFormation."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def read(text: str) -> dict[str, Any]:
    """A template as data, with the long names of its functions.

    Raises:
        ProjectError: It is no template.
    """
    try:  # JSON first: it may hold characters that YAML refuses
        found: Any = json.loads(text)
    except ValueError:
        found = _from_yaml(text)
    if not isinstance(found, dict) or not isinstance(found.get("Resources"), dict):
        raise ProjectError.bad_input("The template has no resources.", hint="Is it a template?")
    return found


def written(template: Mapping[str, Any]) -> str:
    """A template as text, as short as it can be said."""
    return json.dumps(template, ensure_ascii=False, separators=(",", ":"))


def _from_yaml(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader with a few tags more
    except yaml.YAMLError as error:
        raise ProjectError.bad_input(f"The template is no YAML: {error}") from error
