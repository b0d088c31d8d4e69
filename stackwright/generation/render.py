"""A whole project rendered in memory, for tests and for looking at one."""

from pathlib import Path

from stackwright.domain.project import Project
from stackwright.generation.config import Config, select
from stackwright.generation.outputs import outputs


def render_project(
    project: Project, config: Config, compiled: Path | None = None
) -> dict[str, bytes]:
    """Path → content of every file of the generated project."""
    return {
        output.path: output.render()[0]
        for output in outputs(select(project, config), config, compiled)
    }
