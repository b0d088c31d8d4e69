"""The choices of a deployment to a cloud, from the file beside a project and what was said on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwright.errors import ProjectError

if TYPE_CHECKING:
    from stackwright.deployment.config import Deployment

FILES = ("deployment.yaml", "deployment.yml", "deployment.json")
_REGIONS = {
    "aws": "eu-central-1",
    "gcp": "europe-west3",
    "azure": "germanywestcentral",
    "digitalocean": "fra1",
}


def chosen(project: Path, target: str, environment: str, what: str) -> "Deployment":
    """What the deployment's file says, with the target and environment that were asked for.

    Args:
        project: The folder of a project, or a deployment's file.
        target: The cloud; empty: what the file says.
        environment: What it is for; empty: what the file says.
        what: What is about to be done to the cloud, such as rehearsed.

    Raises:
        ProjectError: There is no such file, it says something else, or nobody names a cloud.
    """
    from pydantic import ValidationError

    from stackwright.deployment.config import Deployment
    from tasks.observing import read_lock

    if not project.exists():
        raise ProjectError.bad_input(
            f"There is no {project}.", hint="Name the folder of a project or a deployment's file."
        )
    file = project if project.is_file() else _file_in(project)
    content = _content(file) if file else {}
    if not file:
        content["name"] = read_lock(project).project or project.resolve().name
    cloud = dict(content.get("cloud") or {})
    if target:
        same = cloud.get("target") == target
        cloud |= (
            {"target": target} if same else {"target": target, "region": _REGIONS.get(target, "")}
        )
    if "target" not in cloud:
        raise ProjectError.bad_input(
            f"Nobody said which cloud is to be {what}.",
            hint="Name one, such as --target aws, or put a deployment.yaml into the project.",
        )
    setting = {
        **(content.get("setting") or {}),
        **({"environment": environment} if environment else {}),
    }
    try:
        return Deployment.model_validate({**content, "cloud": cloud, "setting": setting})
    except ValidationError as error:
        first = error.errors()[0]
        raise ProjectError.bad_input(
            f"{file or project}: {'.'.join(map(str, first['loc']))} is not possible: {first['msg']}.",
            hint="The fields of a deployment are described in docs/deployment.md.",
        ) from error


def _file_in(project: Path) -> Path | None:
    return next((project / name for name in FILES if (project / name).is_file()), None)


def _content(file: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError.bad_input(
            f"{file} cannot be read: {error}.", hint="It is YAML or JSON."
        ) from error
    if not isinstance(content, dict):
        raise ProjectError.bad_input(f"{file} holds no deployment.", hint="It is a mapping.")
    return content
