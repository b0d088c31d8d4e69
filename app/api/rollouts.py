"""Rollouts: releases asked for, approved, watched, gone back to; and what is true of a deployment now."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from app.api.deployments import the_deployment
from app.api.tokens import Key
from app.edge.aside import waiting
from app.edge.identity import demand
from app.edge.parts import Its, Parts, Work
from app.edge.problems import conflict, not_found
from app.live.door import Live
from app.live.metrics import DeploymentMetrics
from app.live.sites import SiteView, last_lines, view_site
from app.live.standing import standing
from app.storage import idempotency, rollouts, runs
from app.storage.deployments import Stored
from app.storage.engine import Session
from app.storage.trail import note
from flows.road import LocalRoad, at_once
from flows.stories.tending import Differs, differences
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.access.tokens import digest
from stackwright.deployment.alerts import Alert, alerts
from stackwright.deployment.image import ImageReference
from stackwright.deployment.options.place import Target
from stackwright.deployment.request import CLOUDS, ApprovalMode, why_not
from stackwright.errors import Finding, ProjectError
from stackwright.runs.rollout import Pushed, Rollout, RolloutKind, Yes
from stackwright.runs.state import RunState
from stackwright.value import Value
from tasks.hosting_place import host_folder, known_site

router = APIRouter(prefix="/api/v1", tags=["rollouts"])

Reader = Annotated[Caller, Depends(demand(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(demand(Action.ROLL_OUT))]
DEPLOYMENT, ROLLOUT = "/deployments/{deployment_id}", "/rollouts/{rollout_id}"


class NewRollout(Value):
    """What is asked for."""

    kind: RolloutKind = RolloutKind.RELEASE
    output: UUID | None = Field(
        None, description="The run whose output is deployed; null: the newest of the project."
    )
    image: ImageReference = ""
    release: int = Field(
        0, ge=0, le=10**6, description="Of a rollback: where to; 0: to the last good one."
    )
    approval: ApprovalMode | None = Field(
        None,
        description="ask: it waits for a yes to its plan. policy: it goes on unless data is lost. "
        "Null: as the choices of the deployment say.",
    )


class Approval(Value):
    """A yes to a plan that was read."""

    digest: str = Field(min_length=64, max_length=64, description="Of the plan.")
    confirmation: str = Field(
        "", max_length=100, description="The name of the deployment, if the plan loses data."
    )


class RolloutPage(Value):
    """Some of the rollouts of a deployment, the newest first."""

    rollouts: Sequence[Rollout]
    next: int | None = Field(description="Ask for those before this number; null: there are none.")


class Status(Value):
    """What is true of a deployment now."""

    site: SiteView | None = Field(description="Null: nothing was deployed yet.")
    rollout: Rollout | None = Field(description="The one that has not ended; null: none.")
    alerts: Sequence[Alert] = Field(description="What is not well, what people notice first.")


class Lines(Value):
    """What a program said last, the newest line last."""

    program: str
    lines: Sequence[str]


@router.get(f"{DEPLOYMENT}/rollouts")
async def all_rollouts(
    deployment_id: UUID,
    caller: Reader,
    session: Work,
    before: Annotated[int | None, Query(ge=1, le=10**9, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> RolloutPage:
    """The rollouts of a deployment, the newest first."""
    stored = await the_deployment(session, deployment_id, caller)
    found = await rollouts.page(session, stored.id, before, limit + 1)
    more = found[limit - 1].number if len(found) > limit else None
    return RolloutPage(rollouts=found[:limit], next=more)


@router.post(f"{DEPLOYMENT}/rollouts", status_code=202)
async def start_rollout(
    deployment_id: UUID,
    wanted: NewRollout,
    caller: Writer,
    parts: Its,
    hub: Live,
    response: Response,
    idempotency_key: Key = None,
) -> Rollout:
    """Ask for a release, or to go back to one. It is kept before it is answered, and waits for a yes to its plan."""
    request = digest(repr(("rollouts", deployment_id, wanted.model_dump_json())))
    async with parts.storage.session() as session:
        account_id, now = caller.account.id, parts.now()
        if idempotency_key is not None:
            kept = await idempotency.claim(session, account_id, idempotency_key, request, now)
            if kept is not None:
                response.headers["Idempotency-Replayed"] = "true"
                return await the_rollout(session, UUID(kept["rollout"]), caller)
        rollout = await ask_for(session, deployment_id, wanted, caller, parts)
        if idempotency_key is not None:
            answer = {"rollout": str(rollout.id)}
            await idempotency.keep(session, account_id, idempotency_key, answer)
    hub.rollouts.nudge()
    response.headers["Location"] = f"/api/v1/rollouts/{rollout.id}"
    return rollout


@router.get(ROLLOUT)
async def one_rollout(rollout_id: UUID, caller: Reader, session: Work) -> Rollout:
    """A rollout: its plan, what it said so far, and what came of it."""
    return await the_rollout(session, rollout_id, caller)


@router.post(f"{ROLLOUT}/approve", status_code=202)
async def approve_rollout(
    rollout_id: UUID, given: Approval, caller: Writer, parts: Its, hub: Live
) -> Rollout:
    """Say yes to exactly the plan that was read; then it is carried out."""
    return await approved(rollout_id, given.digest, given.confirmation, caller, parts, hub)


@router.post(f"{ROLLOUT}/cancel", status_code=202)
async def cancel_rollout(rollout_id: UUID, caller: Writer, parts: Its, hub: Live) -> Rollout:
    """End a rollout: what serves, serves on, and what was half-started is ended."""
    async with parts.storage.session() as session:
        rollout = await the_rollout(session, rollout_id, caller)
        note(session, caller.did("rollout.cancel", parts.now(), rollout.id))
    await hub.rollouts.cancel(rollout)
    async with parts.storage.session() as session:
        return await the_rollout(session, rollout_id, caller)


@router.get(f"{DEPLOYMENT}/status")
async def status(deployment_id: UUID, caller: Reader, parts: Its, hub: Live) -> Status:
    """What is true of a deployment now: what serves, its programs and releases, what happens to it, what is ill."""
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
        active = await rollouts.active_of(session, stored.id)
        newest = await rollouts.page(session, stored.id, None, 1)
    name, now = stored.config.site, parts.now()
    site = await waiting(view_site, name, now, stored.config.cloud.target)
    drifts = hub.drifts.of(name, site.serves) if site else None
    seen = standing(site, newest[0] if newest else None, drifts)
    return Status(site=site, rollout=active, alerts=alerts(seen, now))


@router.get(f"{DEPLOYMENT}/metrics")
async def metrics(deployment_id: UUID, caller: Reader, parts: Its, hub: Live) -> DeploymentMetrics:
    """What the programs of a deployment took in the last ten minutes, as far as somebody looked: asking is looking."""
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
    if not _is_local(stored):
        return DeploymentMetrics()
    return await waiting(hub.metrics.look, stored.config.site, parts.now())


@router.get(f"{DEPLOYMENT}/logs/{{program}}")
async def program_log(
    deployment_id: UUID,
    program: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")],
    caller: Reader,
    parts: Its,
    lines: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Lines:
    """What a program of a deployment said last."""
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
    said = await waiting(last_lines, stored.config.site, program, lines)
    return Lines(program=program, lines=said)


@router.get(f"{DEPLOYMENT}/drift")
async def drift(deployment_id: UUID, caller: Reader, parts: Its, hub: Live) -> Differs:
    """What differs now from the release that serves; looking takes a second, and nothing is changed."""
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
    found = await waiting(_differences, stored.config.site)
    hub.drifts.note(found)
    return found


async def the_rollout(session: Session, rollout_id: UUID, caller: Caller) -> Rollout:
    """The rollout.

    Raises:
        ProjectError: There is none, or it is somebody else's (HTTP 404).
    """
    found = await rollouts.find(session, rollout_id, caller)
    if found is None:
        raise not_found("rollout")
    return found


async def ask_for(
    session: Session,
    deployment_id: UUID,
    wanted: NewRollout,
    caller: Caller,
    parts: Parts,
    pushed: Pushed | None = None,
) -> Rollout:
    """Keep a new rollout.

    Raises:
        ProjectError: Nothing was generated, another rollout has not ended, or the name belongs to somebody else here.
    """
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    rehearses, target = wanted.kind is RolloutKind.REHEARSAL, stored.config.cloud.target
    if wanted.kind is RolloutKind.RELEASE:
        _must_be_possible(stored, wanted, pushed)
    if rehearses and target not in CLOUDS:
        raise conflict(f"{target} cannot be rehearsed.", f"These can: {', '.join(sorted(CLOUDS))}.")
    if not rehearses and stored.config.site in await rollouts.sites(session, stored.id):
        raise conflict(
            f"{stored.config.site} is the name of another deployment on this machine.",
            "Give this one another name.",
        )
    active = await rollouts.active_of(session, stored.id)
    if active is not None:
        raise conflict(
            f"Rollout {active.number} has not ended: it is {active.state}.",
            "Approve it, cancel it, or wait for its end.",
        )
    rollout = Rollout(
        id=uuid4(),
        deployment_id=stored.id,
        owner_id=caller.account.id,
        number=0,
        kind=wanted.kind,
        config=stored.config,
        output=None
        if rehearses or wanted.image or (pushed and pushed.repository)
        else await _output(session, stored, wanted, caller),
        image=wanted.image,
        pushed=pushed,
        restores=wanted.release if wanted.kind is RolloutKind.ROLLBACK else 0,
        approval=wanted.approval or _as_chosen(stored),
        cause=pushed.why if pushed else "",
        state=RunState.QUEUED,
        made_at=parts.now(),
    )
    rollout = await rollouts.add(session, rollout)
    did = caller.did("rollout.start", rollout.made_at, rollout.id, deployment=str(stored.id))
    note(session, did)
    return rollout


async def approved(
    rollout_id: UUID, digest_: str, confirmation: str, caller: Caller, parts: Parts, hub: Live
) -> Rollout:
    """Say yes to a plan; the rollout afterwards.

    Raises:
        ProjectError: It is another plan, it waits for none, or the loss of data is not confirmed (HTTP 409).
    """
    async with parts.storage.session() as session:
        rollout = await the_rollout(session, rollout_id, caller)
    if rollout.waits and digest_ != rollout.digest:
        raise conflict("The plan has changed since it was read.", "Read the new one.")
    yes = Yes(by=caller.account.email, digest=digest_, at=parts.now())
    await hub.rollouts.approve(rollout, yes, confirmation)
    async with parts.storage.session() as session:
        note(session, caller.did("rollout.approve", parts.now(), rollout.id, digest=digest_))
        return await the_rollout(session, rollout_id, caller)


async def _output(
    session: Session, stored: Stored, wanted: NewRollout, caller: Caller
) -> UUID | None:
    if wanted.kind is RolloutKind.ROLLBACK:
        return None
    if wanted.output is None:
        newest = await runs.latest_output(session, stored.project_id)
    else:
        newest = await runs.find(session, wanted.output, caller)
        if newest is None or newest.project_id != stored.project_id or not newest.published:
            raise not_found("output")
    if newest is None:
        raise conflict("The project has no output yet.", "Generate it first.")
    return newest.id


def _must_be_possible(stored: Stored, wanted: NewRollout, pushed: Pushed | None) -> None:
    wrong = why_not(stored.config, "an output", wanted.image)
    if wrong is None:
        return
    said, hint = wrong
    if pushed:
        raise conflict(
            f"A push brings code, and {stored.config.cloud.target} runs images.",
            "Let the pipeline build the image and ask for its rollout: POST …/rollouts with image.",
        )
    where = Finding(level="error", where="body.image", message=said, hint=hint)
    raise ProjectError.bad_input(said, hint=hint, findings=(where,))


def _differences(name: str) -> Differs:
    site, _ = known_site(host_folder(), name)
    return at_once(differences(site, LocalRoad()))


def _as_chosen(stored: Stored) -> ApprovalMode:
    return ApprovalMode.ASK if stored.config.setting.approval else ApprovalMode.POLICY


def _is_local(stored: Stored) -> bool:
    return stored.config.cloud.target is Target.LOCAL
