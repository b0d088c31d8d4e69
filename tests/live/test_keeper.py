"""The keeper of runs, with an orchestrator that says what the test wants."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.live import keeper as module
from app.live.keeper import Keeper
from app.storage import runs
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tests.api.conftest import database_url, new_world, server, world
from tests.api.world import World
from tests.web.told import Told

__all__ = ["database_url", "new_world", "server", "world"]

pytestmark = pytest.mark.services


class Orchestrator:
    """Answers with these states, one after the other, and has nothing else to tell."""

    def __init__(self, *types: str) -> None:
        self.types = list(types)

    async def states(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        type_ = self.types.pop(0) if len(self.types) > 1 else self.types[0]
        told = {"message": "", "attempt": 1, "started_at": None, "ended_at": None}
        return {one: SimpleNamespace(id=one, type=type_, **told) for one in ids}

    async def report(self, _: Any) -> None: ...

    quality = refusal = report

    async def messages(self, _: Any) -> list[Any]:
        return []

    async def log(self, *_: Any, **__: Any) -> list[Any]:
        return []


@pytest.fixture
async def retried(world: World) -> Run:
    """A run that somebody has just told to try again."""
    told = Told(world.app)
    project = await told.project(await world.account("ada@example.org"))
    return await told.run(project, state=RunState.QUEUED, flow_run_id=uuid4())


def keeper_of(world: World, monkeypatch: pytest.MonkeyPatch, *types: str) -> Keeper:
    async def is_published(_: str) -> bool:
        return False

    monkeypatch.setattr(module, "orchestrator", Orchestrator(*types))
    storage = world.app.state.parts.storage
    return Keeper(storage, lambda *_: None, lambda _: (), is_published, lambda _: None)


async def state_of(world: World, run: Run) -> RunState:
    async with world.app.state.parts.storage.session() as session:
        found = await runs.get(session, run.id)
    assert found
    return found.state


async def test_what_was_seen_before_a_retry_does_not_end_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch, retried: Run
) -> None:
    keeper = keeper_of(world, monkeypatch, "CRASHED", "SCHEDULED")
    await keeper.refresh(retried.id)
    assert await state_of(world, retried) is RunState.QUEUED


async def test_a_run_is_not_ended_while_somebody_lets_it_begin_again(
    world: World, monkeypatch: pytest.MonkeyPatch, retried: Run
) -> None:
    keeper = keeper_of(world, monkeypatch, "CRASHED")
    async with keeper.turn(retried.id):
        ending = asyncio.create_task(keeper.refresh(retried.id))
        await asyncio.sleep(0.2)
        assert await state_of(world, retried) is RunState.QUEUED
    await ending
    assert await state_of(world, retried) is RunState.CRASHED
