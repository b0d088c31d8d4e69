"""Where the templates of deployments lie: in a checkout beside the code, in a wheel within `tasks`."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.errors import ProjectError

_HOMES = (
    Path(__file__).parents[1] / "deployment_templates",
    Path(__file__).parent / "_deployment_templates",
)

_WITH_TERRAFORM = ("aws", "gcp", "azure", "digitalocean")


def stack_folder(target: str, engine: str) -> Path:
    """The template of a target for an engine, such as aws and terraform.

    Raises:
        ProjectError: There is none (HTTP 404).
    """
    folder = _home() / target / engine
    if not folder.is_dir():
        there = sorted(
            f"{one.parent.name}/{one.name}" for one in _home().glob("*/*") if one.is_dir()
        )
        raise ProjectError(
            f"There is no template for {target} with {engine}.",
            hint=f"There are: {', '.join(there)}.",
            http_status=404,
        )
    return folder


def stack_folders(engine: str = "terraform") -> Iterator[Path]:
    """The templates of all targets for an engine."""
    return iter(sorted(one for one in _home().glob(f"*/{engine}") if one.is_dir()))


def stack_variables(deployment: Deployment, image: str) -> dict[str, JsonValue]:
    """What the Terraform template of a deployment's target is told.

    Args:
        deployment: All choices.
        image: The first one that runs there.

    Raises:
        ProjectError: There is no Terraform template for its target (HTTP 422).
    """
    target = deployment.cloud.target.value
    if target not in _WITH_TERRAFORM:
        raise ProjectError.bad_input(
            f"{target} is not made with Terraform, so it cannot be rehearsed.",
            hint=f"These can: {', '.join(_WITH_TERRAFORM)}.",
        )
    module = importlib.import_module(f"stackwright.deployment.stacks.{target}")
    found: dict[str, JsonValue] = module.variables(deployment, image)
    return found


def schema_folder() -> Path:
    """Where the schemas of the providers lie that a rehearsal goes by."""
    return _home() / "schemas"


def _home() -> Path:
    return next((home for home in _HOMES if home.is_dir()), _HOMES[0])
