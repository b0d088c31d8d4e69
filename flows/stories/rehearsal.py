"""A rehearsal: a whole deployment, a release that fails, and the way back, without a cloud."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from flows.road import Road
from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event
from stackwright.deployment.rehearsal.providers import provider_of
from stackwright.deployment.rehearsal.report import (
    Checked,
    Report,
    Stage,
    judge,
    pick_failure,
    services_of,
)
from stackwright.deployment.rehearsal.wishes import Act, Fault, Wishes, expected_of
from stackwright.deployment.step import Step
from stackwright.deployment.targets.terraform import read_plan
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import terraform
from tasks.rehearsal.cloud import wish
from tasks.stacks import stack_folder, stack_variables
from tasks.terraform import Applied
from tasks.terraform_folder import Place, lay_out, rehearsed_schemas

IMAGE = "example.com/rehearsed/image:1"
_MARK = {"rehearsed-release": "2"}  # what the second release changes: a tag on everything


class Watcher(Protocol):
    """Is told how a rehearsal goes, as it goes."""

    def begins(self, stage: str) -> None:
        """A stage begins."""

    def hears(self, event: Event) -> None:
        """Something happens to a resource."""

    def ends(self, stage: Stage) -> None:
        """A stage is over."""


class Unwatched:
    """Watches nothing: only the report counts."""

    def begins(self, stage: str) -> None:
        """Nothing."""

    def hears(self, event: Event) -> None:
        """Nothing."""

    def ends(self, stage: Stage) -> None:
        """Nothing."""


class RehearsalOrder(Value):
    """What is to be rehearsed."""

    deployment: Deployment
    place: Place
    fails_at: str = ""
    delay_s: float = 0.0


async def rehearse(order: RehearsalOrder, road: Road, watcher: Watcher) -> Report:
    """Plan, bring everything up, look at it, let a second release fail, and take it back.

    Args:
        order: What is to be rehearsed.
        road: Carries the effects out.
        watcher: Told each stage as it begins and ends, and every event within it.

    Raises:
        ProjectError: The template does not fit the providers' schemas, or cannot be planned.
    """
    return await _Rehearsal(order, road, watcher).whole()


class _Rehearsal:
    def __init__(self, order: RehearsalOrder, road: Road, watcher: Watcher) -> None:
        self._order, self._road, self._watcher = order, road, watcher
        self._place, self._stages = order.place, list[Stage]()
        self._events, self._began, self._name = list[Event](), 0.0, ""

    async def whole(self) -> Report:
        deployment = self._order.deployment
        variables = stack_variables(deployment, IMAGE)
        self._begin("Plan")
        await self._lay_out(variables)
        await self._road.do(terraform.init, self._place, name="Prepare Terraform")
        await self._validate()
        document, steps = await self._plan()
        self._end(good=True, sentence=f"{len(steps)} resources would be made.")
        self._begin("Apply")
        up = await self._apply(document)
        self._end(good=up.is_done, sentence=up.sentence)
        failure = ""
        if up.is_done:
            await self._health(steps)
            failure = await self._fail(variables)
            await self._way_back(variables)
        kinds = {step.kind for step in steps}
        return Report(
            target=deployment.cloud.target,
            deployment=deployment.name,
            environment=deployment.setting.environment,
            engine=await self._road.do(terraform.version, self._place, name="Ask the engine"),
            checked=_checked(kinds),
            resources=up.added,
            services=services_of(steps),
            failure=failure,
            stages=tuple(self._stages),
        )

    async def _health(self, steps: tuple[Step, ...]) -> None:
        self._begin("Health")
        there = await self._road.do(terraform.addresses, self._place, name="List what is there")
        drifts = await self._road.do(terraform.drift, self._place, name="Look for drift")
        judgement = judge([step.address for step in steps], there, drifts)
        self._end(good=judgement.health == "healthy", sentence=judgement.sentence)

    async def _fail(self, variables: Mapping[str, Any]) -> str:
        self._begin("A release that fails")
        tags = {**(variables.get("tags") or {}), **_MARK}
        await self._lay_out({**variables, "tags": tags})
        document, steps = await self._plan()
        address = pick_failure(steps, self._order.fails_at)
        new = any(step.address == address and step.action == "create" for step in steps)
        on: Act = "create" if new else "update"
        went = await self._apply(document, Fault(address=address, on=on, times=1000))
        sentence = f"{address} failed, as it was asked to; the release is taken back."
        if went.is_done:
            sentence = f"{address} was asked to fail and did not."
        self._end(good=not went.is_done, sentence=sentence)
        return address

    async def _way_back(self, variables: Mapping[str, Any]) -> None:
        self._begin("Way back")
        await self._lay_out(variables)
        document, steps = await self._plan()
        back = await self._apply(document) if steps else Applied(is_done=True)
        _, left = await self._plan()
        drifts = await self._road.do(terraform.drift, self._place, name="Look for drift")
        restored = back.is_done and not left and not drifts
        count = back.changed + back.added + back.destroyed
        took = f"{count} resources were changed back" if count else "Nothing else had been changed"
        sentence = (
            f"{took}; everything is as it was before."
            if restored
            else f"{len(left)} resources are not as they were. {back.sentence}"
        )
        self._end(good=restored, sentence=sentence)

    async def _lay_out(self, variables: Mapping[str, Any]) -> None:
        stack = stack_folder(self._order.deployment.cloud.target, "terraform")
        await self._road.do(lay_out, self._place, stack, variables, name="Lay the template out")

    async def _validate(self) -> None:
        found = await self._road.do(terraform.validate, self._place, name="Check with the schemas")
        wrong = [one for one in found if one.level == "error"]
        if wrong:
            raise ProjectError(
                f"The template does not fit the providers' schemas: {wrong[0].message}",
                hint="Nothing was planned. Mend the template.",
                findings=found,
            )

    async def _plan(self) -> tuple[dict[str, Any], tuple[Step, ...]]:
        document = await self._road.do(terraform.plan, self._place, name="Plan")
        return document, read_plan(document).steps

    async def _apply(self, document: Mapping[str, Any], *faults: Fault) -> Applied:
        wishes = Wishes(delay_s=self._order.delay_s, faults=faults, expected=expected_of(document))
        wish(self._place.rehearsal, wishes)

        def heard(event: Event) -> None:
            self._events.append(event)
            self._watcher.hears(event)

        return await self._road.do(terraform.apply, self._place, heard, name="Carry it out")

    def _begin(self, name: str) -> None:
        self._name, self._began = name, time.monotonic()
        self._events.clear()
        self._watcher.begins(name)

    def _end(self, *, good: bool, sentence: str) -> None:
        stage = Stage(
            name=self._name,
            sentence=sentence,
            good=good,
            seconds=round(time.monotonic() - self._began, 3),
            events=tuple(self._events),
        )
        self._stages.append(stage)
        self._watcher.ends(stage)


def _checked(kinds: set[str]) -> tuple[Checked, ...]:
    names = sorted({one.name for kind in kinds if (one := provider_of(kind))})
    found = []
    for name in names:
        about = json.loads((Path(rehearsed_schemas()) / f"{name}.json").read_bytes())
        found.append(Checked(**{key: about[key] for key in ("source", "version", "date")}))
    return tuple(found)
