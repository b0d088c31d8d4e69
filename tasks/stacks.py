"""Where the templates of deployments lie: in a checkout beside the code, in a wheel within `tasks`."""

from collections.abc import Iterator
from pathlib import Path

from stackwright.errors import ProjectError

_HOMES = (
    Path(__file__).parents[1] / "deployment_templates",
    Path(__file__).parent / "_deployment_templates",
)


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


def schema_folder() -> Path:
    """Where the schemas of the providers lie that a rehearsal goes by."""
    return _home() / "schemas"


def _home() -> Path:
    return next((home for home in _HOMES if home.is_dir()), _HOMES[0])
