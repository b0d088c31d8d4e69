"""The keeper of rollouts, with an orchestrator that says what the test wants."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.live import rollouts as module
from app.live.rollouts import RolloutKeeper
from app.storage import deployments, rollouts
from app.storage.deployments import Stored
from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event, Events, EventType
from stackwright.deployment.options.place import Environment, Target
from stackwright.deployment.plan import Plan
from stackwright.errors import ProjectError
from stackwright.runs.rollout import Rollout, RolloutKind, Yes
from stackwright.runs.state import RunState
from tests.api.conftest import database_url, new_world, server, world
from tests.api.world import World
from tests.web.told import Told

__all__ = ["database_url", "new_world", "server", "world"]

pytestmark = pytest.mark.services

PLAN = Plan(
    deployment="shop",
    target=Target.LOCAL,
    environment=Environment.STAGING,
    release=1,
    title="Deploy release 1 of shop",
)
ODD = "not what it should be"
SAID = Events(events=(Event(seq=1, type=EventType.NOTE, message="It is\0 taken back."),))


class Orchestrator:
    """Keeps what it is told, and answers with these states and artifacts."""

    def __init__(self) -> None:
        self.types: dict[UUID, str] = {}
        self.started: list[tuple[str, Mapping[str, Any], str]] = []
        self.resumed: list[Mapping[str, Any]] = []
        self.left_behind: dict[str, Any] = {}
        self.Run = SimpleNamespace

    async def start(self, flow: str, given: Mapping[str, Any], idempotency_key: str) -> Any:
        self.started.append((flow, given, idempotency_key))
        run = uuid4()
        self.types[run] = "SCHEDULED"
        return SimpleNamespace(id=run)

    async def states(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        told = {"message": "", "started_at": None, "ended_at": None}
        finals = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return {
            one: SimpleNamespace(
                id=one, type=self.types[one], final=self.types[one] in finals, **told
            )
            for one in ids
            if one in self.types
        }

    async def left(self, _: Any, key: str, kind: type[Any]) -> Any:
        found = self.left_behind.get(key)
        if found == ODD:
            raise ValueError(found)
        return found

    async def refusal(self, _: Any) -> None: ...

    async def resume(self, _: Any, given: Mapping[str, Any]) -> None:
        self.resumed.append(given)

    async def cancel(self, run: Any) -> None:
        self.types[run.id] = "CANCELLED"


class Place:
    """A deployment, its keeper, and the orchestrator behind it."""

    def __init__(self, world: World, stored: Stored, owner: UUID, asked: Orchestrator) -> None:
        self.world, self.stored, self.owner, self.asked = world, stored, owner, asked
        self.storage = world.app.state.parts.storage
        self.keeper = RolloutKeeper(self.storage)

    async def rollout(self, **given: Any) -> Rollout:
        made = {
            "id": uuid4(),
            "deployment_id": self.stored.id,
            "owner_id": self.owner,
            "number": 0,
            "config": self.stored.config,
            "kind": RolloutKind.ROLLBACK,
            "made_at": self.world.clock(),
            **given,
        }
        async with self.storage.session() as session:
            return await rollouts.add(session, Rollout.model_validate(made))

    async def now(self, rollout: Rollout) -> Rollout:
        async with self.storage.session() as session:
            found = await rollouts.get(session, rollout.id)
        assert found
        return found

    async def becomes(self, rollout: Rollout, type_: str) -> Rollout:
        """The rollout after its run has come to this state, and was looked at."""
        run = (await self.now(rollout)).flow_run_id
        assert run
        self.asked.types[run] = type_
        await self.keeper.look()
        return await self.now(rollout)


@pytest.fixture
async def place(world: World, monkeypatch: pytest.MonkeyPatch) -> Place:
    told, asked = Told(world.app), Orchestrator()
    monkeypatch.setattr(module, "orchestrator", asked)
    owner = await world.account("ada@example.org")
    project = await told.project(owner)
    stored = Stored(
        id=uuid4(),
        project_id=project.id,
        name="shop",
        config=Deployment(name="shop"),
        revision=1,
        made_at=world.clock(),
        changed_at=world.clock(),
    )
    async with world.app.state.parts.storage.session() as session:
        await deployments.add(session, stored)
    return Place(world, stored, owner.id, asked)


async def test_a_rollout_is_handed_over_once_and_waits_for_a_yes_to_its_plan(place: Place) -> None:
    rollout = await place.rollout(restores=3)
    await place.keeper.look()
    await place.keeper.look()
    given = {"site": "shop-staging", "release": 3, "approval": "ask"}
    assert place.asked.started == [("roll-back/back", given, str(rollout.id))]
    place.asked.left_behind = {"deployment-plan": PLAN}
    waiting = await place.becomes(rollout, "PAUSED")
    assert (waiting.waits, waiting.digest) == (True, PLAN.digest)
    yes = Yes(by="ada@example.org", digest=PLAN.digest, at=place.world.clock())
    await place.keeper.approve(waiting, yes, "")
    assert place.asked.resumed == [
        {"digest": PLAN.digest, "by": "ada@example.org", "confirmation": ""}
    ]
    assert (await place.now(rollout)).yes == yes
    with pytest.raises(ProjectError, match="does not wait for an approval"):
        await place.keeper.approve(await place.now(rollout), yes, "")
    place.asked.left_behind["deployment-events"] = SAID
    done = await place.becomes(rollout, "COMPLETED")
    assert (done.state, done.events[0].message) == (RunState.DONE, "It is taken back.")


async def test_an_image_is_handed_over_in_place_of_an_output(place: Place) -> None:
    image = "registry.example.com/shop:1"
    await place.rollout(kind=RolloutKind.RELEASE, image=image)
    await place.keeper.look()
    flow, given, _ = place.asked.started[0]
    assert (flow, given["image"]) == ("deploy-project/deploy", image)
    assert "source" not in given


async def test_what_is_odd_about_one_holds_up_no_other(place: Place) -> None:
    odd = await place.rollout(kind=RolloutKind.RELEASE)  # without an output
    other = await place.rollout()
    await place.keeper.look()
    assert (await place.now(odd)).flow_run_id is None
    assert (await place.becomes(other, "RUNNING")).state is RunState.RUNNING
    place.asked.left_behind = {"deployment-events": ODD}
    assert (await place.becomes(other, "FAILED")).state is RunState.RUNNING  # and nothing breaks
    place.asked.left_behind = {}
    assert (await place.becomes(other, "FAILED")).state is RunState.FAILED


async def test_a_rollout_is_cancelled_before_and_after_it_is_handed_over(place: Place) -> None:
    early, late = await place.rollout(), await place.rollout()
    await place.keeper.cancel(early)
    assert (await place.now(early)).state is RunState.CANCELLED
    await place.keeper.look()
    await place.keeper.cancel(await place.now(late))
    await place.keeper.look()
    assert (await place.now(late)).state is RunState.CANCELLED
    with pytest.raises(ProjectError, match="cancelled already"):
        await place.keeper.cancel(await place.now(late))


async def test_a_run_that_is_not_known_any_more_is_said_to_be_lost(place: Place) -> None:
    rollout = await place.rollout()
    await place.keeper.look()
    place.asked.types.clear()
    await place.keeper.look()
    found = await place.now(rollout)
    assert (found.state, found.message) == (RunState.CRASHED, module.LOST)
