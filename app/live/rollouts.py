"""Keeps our rollouts and the orchestrator's runs at one: hands over, looks, keeps what came of them.

As with runs: handing over twice starts it once, and the truth is read again and again. What a rollout says is kept with
its flow run as it happens, so a page that asks twice a second is never more than that behind.
"""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

import httpx
import structlog

from app.live.orchestrator import orchestrator
from app.live.rounds import Rounds
from app.storage import deployments, rollouts
from app.storage.engine import Storage
from stackwright.deployment.events import Events
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.plan import Plan
from stackwright.deployment.rehearsal.report import Report
from stackwright.errors import ProjectError
from stackwright.runs.record import output_place
from stackwright.runs.rollout import Rollout, RolloutKind, Yes
from stackwright.runs.state import RunState, from_orchestrator

if TYPE_CHECKING:
    from uuid import UUID

    from app.runs import Run as FlowRun

DEPLOY, BACK = "deploy-project/deploy", "roll-back/back"
REHEARSE, REHEARSAL = "rehearse-deployment/rehearse", "deployment-rehearsal"
PLAN, EVENTS, OUTCOME = "deployment-plan", "deployment-events", "deployment-outcome"
BUSY_S, IDLE_S = 0.5, 5.0  # between two looks
BAD_INPUT = 422
LOST = "The orchestrator does not know this run any more."

log = structlog.get_logger("rollouts")


class RolloutKeeper:
    """Keeps our rollouts and the orchestrator's runs at one.

    Args:
        storage: Where they are kept.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._rounds = Rounds(self.look, "rollouts", BUSY_S, IDLE_S)
        self._odd: set[UUID] = set()

    def nudge(self) -> None:
        """Look at once."""
        self._rounds.nudge()

    async def keep(self) -> None:
        """Do it for ever."""
        await self._rounds.keep()

    async def look(self) -> bool:
        """Hand over what waits and see how the others are; whether any goes on by itself."""
        async with self._storage.session() as session:
            active = await rollouts.active(session)
        for one in active:
            if one.flow_run_id is None:
                await self._alone(one, self._hand_over(one))
        followed = {one.flow_run_id: one for one in active if one.flow_run_id is not None}
        found = await orchestrator.states(list(followed))
        for flow_run_id, one in followed.items():
            await self._alone(one, self._compare(one, found.get(flow_run_id)))
        return any(one.state is not RunState.PAUSED for one in active)

    async def _alone(self, rollout: Rollout, work: Awaitable[None]) -> None:
        """Do it; what cannot be understood of one rollout holds up no other, and is said once."""
        try:
            await work
        except (ValueError, RuntimeError) as error:
            if rollout.id not in self._odd:
                log.warning("a rollout is odd", rollout=str(rollout.id), cause=type(error).__name__)
            self._odd.add(rollout.id)

    async def approve(self, rollout: Rollout, yes: Yes, confirmation: str) -> None:
        """Give the yes that a rollout waits for.

        Raises:
            ProjectError: It waits for none, for that of another plan, or the orchestrator is away.
        """
        if not rollout.waits or rollout.flow_run_id is None:
            raise ProjectError(
                f"The rollout is {rollout.state}: it does not wait for an approval.",
                hint="Look at it again.",
                http_status=409,
            )
        given = {"digest": yes.digest, "by": yes.by, "confirmation": confirmation}
        await self._ask(orchestrator.resume(self._known(rollout), given))
        kept = await self._change(
            rollout, rollout.model_copy(update={"yes": yes, "state": RunState.QUEUED})
        )
        while kept is None or kept.yes is None:  # it goes on already, and somebody has seen that
            async with self._storage.session() as session:
                now = await rollouts.get(session, rollout.id)
            if now is None:
                return
            kept = await self._change(now, now.model_copy(update={"yes": yes}))
        self.nudge()

    async def cancel(self, rollout: Rollout) -> None:
        """End a rollout; what serves, serves on.

        Raises:
            ProjectError: It has ended, or the orchestrator is away.
        """
        if rollout.state.is_final:
            raise ProjectError(f"The rollout is {rollout.state} already.", hint="", http_status=409)
        if rollout.flow_run_id is None:
            gone = {"state": RunState.CANCELLED, "message": "Cancelled before it began."}
            await self._change(rollout, rollout.model_copy(update=gone))
            return
        await self._ask(orchestrator.cancel(self._known(rollout)))
        self.nudge()

    async def _ask(self, asking: Any) -> None:
        try:
            await asking
        except httpx.HTTPError as error:
            raise ProjectError(
                f"The orchestrator does not answer ({type(error).__name__}).",
                hint="Try again in a moment.",
                http_status=503,
            ) from error

    def _known(self, rollout: Rollout) -> "FlowRun":
        if rollout.flow_run_id is None:
            raise RuntimeError("a rollout that was not handed over has no run")
        return orchestrator.Run(
            id=rollout.flow_run_id, name=rollout.config.site, state=rollout.state.value
        )

    async def _hand_over(self, rollout: Rollout) -> None:
        async with self._storage.session() as session:
            stored = await deployments.get(session, rollout.deployment_id)
        if stored is None:
            return  # it is just being removed
        flow, parameters = _asked_for(rollout, stored.project_id)
        given = dict(parameters)
        if rollout.kind is not RolloutKind.REHEARSAL:
            given["approval"] = rollout.approval.value
        try:
            started = await orchestrator.start(flow, given, idempotency_key=str(rollout.id))
        except ProjectError as error:
            if error.http_status != BAD_INPUT:
                raise
            failed = {"state": RunState.FAILED, "message": str(error)}
            await self._change(rollout, rollout.model_copy(update=failed))
            return
        handed = rollout.model_copy(update={"flow_run_id": started.id})
        if not await self._change(rollout, handed):  # it was cancelled meanwhile
            await orchestrator.cancel(started)

    async def _compare(self, rollout: Rollout, found: "FlowRun | None") -> None:
        if found is None:
            lost = {"state": RunState.CRASHED, "message": LOST}
            await self._change(rollout, rollout.model_copy(update=lost))
            return
        now: dict[str, Any] = {
            "state": from_orchestrator(found.type),
            "message": found.message,
            "started_at": found.started_at,
        }
        if now["state"] is not RunState.QUEUED:
            now |= await self._said(rollout, found)
        if found.final:
            outcome = await orchestrator.left(found, OUTCOME, Outcome)
            now["rehearsal"] = await orchestrator.left(found, REHEARSAL, Report)
            refusal = await orchestrator.refusal(found)
            now |= {"ended_at": found.ended_at, "outcome": outcome, "refusal": refusal}
        changed = rollout.model_copy(update=now)
        if changed != rollout:
            await self._change(rollout, changed)

    async def _said(self, rollout: Rollout, found: "FlowRun") -> Mapping[str, Any]:
        """Its plan, and what it says while it is carried out."""
        said: dict[str, Any] = {}
        if rollout.yes is None:  # a retried one may have made another plan
            said["plan"] = await orchestrator.left(found, PLAN, Plan)
        events = await orchestrator.left(found, EVENTS, Events)
        if events is not None:
            said["events"] = events.events
        return said

    async def _change(self, was: Rollout, rollout: Rollout) -> Rollout | None:
        async with self._storage.session() as session:
            return await rollouts.change(session, rollout, was=was.state)


def _asked_for(rollout: Rollout, project_id: "UUID") -> tuple[str, Mapping[str, Any]]:
    """The flow that carries a rollout out, and what it is told."""
    config = rollout.config.model_dump(mode="json")
    if rollout.kind is RolloutKind.REHEARSAL:
        return REHEARSE, {"deployment": config}
    if rollout.kind is RolloutKind.ROLLBACK:
        return BACK, {"site": rollout.config.site, "release": rollout.restores}
    if rollout.image:
        return DEPLOY, {"deployment": config, "image": rollout.image}
    if rollout.pushed and rollout.pushed.repository:
        pushed = rollout.pushed
        return DEPLOY, {
            "deployment": config,
            "source": pushed.repository,
            "commit": pushed.commit,
        }
    if rollout.output is None:
        raise RuntimeError("a rollout of a release has an output")
    return DEPLOY, {"deployment": config, "source": output_place(project_id, rollout.output)}
