"""The example of a local deployment has every choice, and only choices that can be made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from stackwright.deployment.config import Deployment
from stackwright.deployment.review import review

EXAMPLE = Path(__file__).parents[2] / "deployment_templates/local/deployment.yaml"


def test_the_example_is_the_defaults_with_a_name() -> None:
    said = yaml.safe_load(EXAMPLE.read_text())
    assert Deployment.model_validate(said) == Deployment(name="bookshop")


def test_the_example_names_every_choice() -> None:
    said = yaml.safe_load(EXAMPLE.read_text())
    everything = Deployment(name="bookshop").model_dump(mode="json")
    assert sorted(_paths(said)) == sorted(_paths(everything))


def test_nothing_is_wrong_with_it() -> None:
    assert review(Deployment.model_validate(yaml.safe_load(EXAMPLE.read_text()))) == ()


def _paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _paths(one, f"{path}.{key}")
    else:
        yield path
