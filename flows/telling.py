"""What a deployment says while it is carried out: kept with the run at once, and sent to whoever listens."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.marks import DEPLOYMENT_EVENT, EVENTS
from stackwright.deployment.events import Event, Events, EventType

GAP_S = 0.25  # between two writes


class Telling:
    """Takes the events of one run.

    Args:
        run_id: Of the run.
        run_name: What people call it.
    """

    def __init__(self, run_id: UUID, run_name: str) -> None:
        self._run_id, self._run_name = run_id, run_name
        self._events: list[Event] = []
        self._written = 0
        self._kept: UUID | None = None
        self._log = get_run_logger()

    def __call__(self, event: Event) -> None:
        """Take one."""
        self._events.append(event)
        is_bad = event.type is EventType.FAILED
        if event.message and event.type is not EventType.STARTED:
            (self._log.error if is_bad else self._log.info)(event.message)
        emit_event(
            event=f"{DEPLOYMENT_EVENT}.{event.type}",
            resource={
                "prefect.resource.id": f"stackwright.deployment.{self._run_id}",
                "prefect.resource.name": self._run_name,
            },
            related=[
                {
                    "prefect.resource.id": f"prefect.flow-run.{self._run_id}",
                    "prefect.resource.role": "flow-run",
                }
            ],
            payload=event.model_dump(mode="json"),
        )

    @asynccontextmanager
    async def kept(self) -> AsyncIterator["Telling"]:
        """Inside, what is said is kept with the run, four times a second at most; at the end all of it."""
        writing = asyncio.create_task(self._keep_writing())
        try:
            yield self
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await self._write()

    async def _keep_writing(self) -> None:
        while True:
            await self._write()
            await asyncio.sleep(GAP_S)

    async def _write(self) -> None:
        with suppress(httpx.HTTPError):  # that the server is away must not end a deployment
            await self._write_new()

    async def _write_new(self) -> None:
        if self._written == len(self._events):
            return
        number = len(self._events)
        said = Events(events=tuple(self._events)).model_dump(mode="json", exclude_defaults=True)
        if self._kept is None:
            made = await Artifact(
                type="result", key=EVENTS, data=said, description="What happened, for programs."
            ).acreate()
            self._kept = made.id
        else:
            async with get_client() as client:
                await client.update_artifact(self._kept, ArtifactUpdate(data=json.dumps(said)))
        self._written = number
