"""What a run leaves behind for programs, and how it says why it failed."""

from typing import Any

from prefect.artifacts import Artifact
from prefect.client.schemas.objects import State
from prefect.states import Failed

from flows.marks import ERROR
from flows.prefect_road import explained
from stackwright.errors import ProjectError
from stackwright.generation.request import Refusal


async def keep(key: str, data: Any, text: str) -> None:
    """Keep this with the run.

    Args:
        key: One of `flows.marks`.
        data: As JSON has it.
        text: What people read beside it.
    """
    await Artifact(type="result", key=key, data=data, description=text).acreate()


async def keep_error(error: ProjectError) -> None:
    """Keep why the run failed."""
    data = Refusal.of(error).model_dump(mode="json")
    await keep(ERROR, data, "Why the run failed, for programs.")


async def refused(error: ProjectError) -> State[Any]:
    """The state of a run that failed for this, which is kept with it."""
    await keep_error(error)
    return Failed(message=explained(error))
