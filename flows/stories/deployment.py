"""How a release reaches its people: make ready, plan, carry out, and take it back when it is not healthy."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path

from flows.road import Road
from stackwright.deployment.approval import ApprovedPlan
from stackwright.deployment.config import Deployment
from stackwright.deployment.desired import Desired
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.history import History, SwitchRecord
from stackwright.deployment.plan import Plan, reverse
from stackwright.deployment.planning import make_plan
from stackwright.deployment.release import Release, ReleaseState, Snapshot, bury, took_over
from stackwright.deployment.step import Step
from stackwright.errors import ProjectError
from stackwright.hosting.figures import Figures
from stackwright.hosting.site import Release as Equipped
from stackwright.hosting.site import Route, Site
from stackwright.value import Value
from tasks import (
    hosting_database,
    hosting_equipment,
    hosting_history,
    hosting_load,
    hosting_observing,
    hosting_release,
    hosting_revision,
    hosting_secrets,
    hosting_traffic,
)

Tell = Callable[[Event], None]
Load = Callable[[Site], AbstractContextManager[hosting_load.Load]]


class Order(Value):
    """What is to be deployed, and where."""

    deployment: Deployment
    site: Site
    source: Path | None = None  # the folder of a project
    restores: int | None = None  # in place of it: the release that is gone back to
    settings: str = ""  # the version of what the product is told


class Ready(Value):
    """A release that is unpacked and equipped, and the plan that brings it to its people."""

    order: Order
    plan: Plan
    desired: Desired
    equipped: Equipped


class Outcome(Value):
    """What came of it."""

    release: Release
    serves: int  # the release that people are sent to now; 0: none
    figures: Figures | None = None  # of the switch; none: nobody was served before
    took_back: bool = False
    why: str = ""  # it was taken back, or failed; empty: all is well


async def make_ready(order: Order, road: Road) -> Ready:
    """Unpack and equip a release and plan what brings it to its people. Nobody notices anything of it.

    Raises:
        ProjectError: The project cannot be equipped, or nobody knows the way from the tables as they are.
    """
    site, history = order.site, hosting_history.find_history(order.site)
    history = history or _beginning(order)
    number = history.next_number
    source = order.source or site.release(order.restores or 0)
    await road.do(
        hosting_release.remove_release, site, number, name="Clear an earlier attempt away"
    )
    await road.do(hosting_equipment.unpack_release, site, number, "", source, name="Unpack")
    equipped = await road.do(hosting_equipment.equip_release, site, number, name="Equip")
    if history.releases and order.restores is None:
        kept = await road.do(hosting_secrets.secrets_of, site, equipped, name="Find the database")
        await road.do(
            hosting_revision.bridge_revisions,
            site,
            equipped,
            kept,
            name="Find the way of the tables",
        )
    seen = await road.do(
        hosting_observing.observe_site, site, history, equipped, name="Look at what is there"
    )
    head = seen.fact("schema", "head")
    left = (
        await road.do(
            hosting_observing.migrations_left, site, equipped, head, name="Read the migrations"
        )
        if equipped.database and order.restores is None
        else ()
    )
    snapshot = Snapshot(
        build=equipped.source,
        settings=order.settings,
        migration=left[-1].revision if left else head,
    )
    desired = Desired(
        deployment=order.deployment,
        release=number,
        snapshot=snapshot,
        migrations=tuple(left),
        restores=order.restores,
    )
    plan = make_plan(desired, seen, written_for=equipped.database)
    return Ready(order=order, plan=plan, desired=desired, equipped=equipped)


async def deploy(ready: Ready, approved: ApprovedPlan, road: Road, tell: Tell) -> Outcome:
    """Carry out an approved plan; a release that does not become healthy is taken back by itself.

    Raises:
        ProjectError: Another one deploys there (HTTP 423), or the plan is out of date (HTTP 409).
    """
    order, plan = ready.order, approved.plan
    owner = f"release-{plan.release}"
    with hosting_history.holding(order.site, owner, plan.title, _beginning(order)):
        history = hosting_history.find_history(order.site)
        if history is None or history.next_number != plan.release:
            raise ProjectError(
                "Somebody deployed since the plan was made.",
                hint="Make a new plan.",
                http_status=409,
            )
        return await _Carrying(ready, plan, road, tell).out(approved.approval.at)


def _beginning(order: Order) -> History:
    return History(deployment=order.deployment, port=order.site.port)


class _Carrying:
    """Carries out one plan."""

    def __init__(self, ready: Ready, plan: Plan, road: Road, tell: Tell) -> None:
        self._ready, self._plan, self._road, self._tell_it = ready, plan, road, tell
        self._site, self._seq = ready.order.site, 0
        self._routes: dict[int, Route] = {}
        self._figures: Figures | None = None

    async def out(self, at: datetime) -> Outcome:
        """Carry it out, and say what came of it."""
        release = Release(
            number=self._plan.release,
            snapshot=self._ready.desired.snapshot,
            state=ReleaseState.DEPLOYING,
            contracts=any(not step.is_reversible for step in self._plan.steps),
            restores=self._ready.order.restores,
            made_at=at,
        )
        self._keep(lambda history: history.with_release(release))
        old = hosting_traffic.serving(self._site)
        if old is not None:
            self._routes[old.release] = old
        done: list[str] = []
        with ExitStack() as stack:
            load: hosting_load.Load | None = None
            try:
                for step in self._plan.steps:
                    if step.verb == "switch" and old is not None:
                        load = stack.enter_context(hosting_load.under_load(self._site))
                    done.append(step.key)
                    await self._do(step)
            except ProjectError as error:
                return await self._take_back(release, done, error.message)
            self._figures = load.stop() if load else None
        return self._served(release)

    def _served(self, release: Release) -> Outcome:
        def now_serves(history: History) -> History:
            after = history.with_release(release)
            switches = history.switches
            if self._figures:
                figures = self._figures
                record = SwitchRecord(
                    release=release.number,
                    requests=figures.requests,
                    dropped=figures.dropped,
                    p99_ms=figures.p99_ms,
                    sentence=figures.sentence(),
                )
                switches = (*switches, record)
            releases = took_over(after.releases, release.number)
            return after.model_copy(update={"releases": releases, "switches": switches})

        history = self._keep(now_serves)
        said = f" {self._figures.sentence()}" if self._figures else ""
        self._tell(EventType.DONE, None, f"Release {release.number} serves.{said}")
        found = next(one for one in history.releases if one.number == release.number)
        return Outcome(release=found, serves=release.number, figures=self._figures)

    async def _take_back(self, release: Release, done: list[str], why: str) -> Outcome:
        buried = bury(release, why, hosting_history.now())
        self._tell(EventType.FAILED, None, why)
        took_back = False
        if self._plan.automatic_rollback:
            self._tell(EventType.NOTE, None, "It is taken back.")
            for step in reverse(self._plan, done).steps:
                await self._do(step)
            took_back = True
        else:
            await self._leave(release)
        self._keep(lambda history: history.with_release(buried))
        serves = hosting_traffic.serving(self._site)
        return Outcome(
            release=buried, serves=serves.release if serves else 0, took_back=took_back, why=why
        )

    async def _leave(self, release: Release) -> None:
        """What cannot be taken back: who served before serves on, and the new one is stopped if it does not."""
        serves = hosting_traffic.serving(self._site)
        if serves is None or serves.release != release.number:
            await self._road.do(
                hosting_release.stop_release,
                self._site,
                release.number,
                name="Stop the new release",
            )

    async def _do(self, step: Step) -> None:
        began = hosting_history.now()
        self._tell(EventType.STARTED, step, step.title)
        await _EFFECTS[step.verb](self, step)
        took = (hosting_history.now() - began).total_seconds()
        self._tell(EventType.DONE, step, step.title, took)

    def _tell(self, type_: EventType, step: Step | None, text: str, took: float = 0) -> None:
        self._seq += 1
        self._tell_it(
            Event(
                seq=self._seq,
                type=type_,
                address=step.address if step else "",
                action=step.verb if step else "",
                elapsed_s=round(took, 3),
                message=text,
            )
        )

    def _keep(self, change: Callable[[History], History]) -> History:
        return hosting_history.change_history(self._site, change)

    def _equipped(self, number: int) -> Equipped:
        found = hosting_equipment.find_release(self._site, number)
        if found is None:
            raise ProjectError(
                f"What release {number} of {self._site.name} needs is gone.",
                hint="Deploy the project anew.",
            )
        return found

    async def _secrets(self, number: int) -> dict[str, str]:
        equipped = self._equipped(number)
        return await self._road.do(
            hosting_secrets.secrets_of, self._site, equipped, name="Find the secrets"
        )

    async def _create(self, _: Step) -> None:
        await self._secrets(self._plan.release)

    async def _back_up(self, step: Step) -> None:
        label = f"before-{self._plan.release}"
        equipped = self._equipped(self._plan.release)
        await self._road.do(hosting_database.back_up, self._site, equipped, label, name=step.title)

    async def _migrate(self, step: Step) -> None:
        equipped, kept = self._ready.equipped, await self._secrets(self._plan.release)
        await self._road.do(hosting_database.migrate, self._site, equipped, kept, name=step.title)
        await self._road.do(
            hosting_revision.keep_revisions, self._site, equipped, name="Keep the revisions"
        )

    async def _start(self, step: Step) -> None:
        number, old = _number(step), hosting_traffic.serving(self._site)
        before = hosting_equipment.find_release(self._site, old.release) if old else None
        await self._road.do(hosting_traffic.ensure_proxy, self._site, name="See to the proxy")
        self._routes[number] = await self._road.do(
            hosting_release.start_beside,
            self._site,
            self._equipped(number),
            self._told(),
            await self._secrets(number),
            before,
            name=step.title,
        )

    def _told(self) -> Mapping[str, str]:
        setting = self._ready.order.deployment.setting
        return {"ENVIRONMENT": setting.environment.value, **setting.variables}

    async def _probe(self, step: Step) -> None:
        if step.address == "proxy":  # the switch has asked as visitors do, and asks again
            route = hosting_traffic.serving(self._site)
            if route is not None:
                await self._road.do(hosting_traffic.switch, self._site, route, name=step.title)
            return
        number, scaling = _number(step), self._ready.order.deployment.scaling
        probed = await self._road.do(
            hosting_release.probe,
            self._site,
            self._equipped(number),
            self._routes[number],
            float(scaling.health_budget_s),
            scaling.health_path,
            name=step.title,
        )
        if not probed.healthy:
            said = "".join(f"\n  {line}" for line in probed.lines[-8:])
            raise ProjectError(f"{probed.sentence}{said}", hint="The release before serves on.")

    async def _switch(self, step: Step) -> None:
        number = int(str((step.after or {}).get("release", 0)))
        if number == 0:
            await self._road.do(hosting_traffic.stop_proxy, self._site, name=step.title)
            return
        await self._road.do(
            hosting_traffic.switch, self._site, self._routes[number], name=step.title
        )

    async def _drain(self, step: Step) -> None:
        budget_s = float(self._ready.order.deployment.scaling.drain_s)
        await self._road.do(
            hosting_traffic.drain,
            self._site,
            self._routes[_number(step)],
            budget_s,
            name=step.title,
        )

    async def _stop(self, step: Step) -> None:
        await self._road.do(
            hosting_release.stop_release, self._site, _number(step), name=step.title
        )

    async def _remove(self, step: Step) -> None:
        await self._road.do(
            hosting_release.remove_release, self._site, self._plan.release, name=step.title
        )

    async def _nothing(self, _: Step) -> None:
        """It was done when the release was made ready, or is done at the end."""


Doing = Callable[[_Carrying, Step], Awaitable[None]]
_EFFECTS: Mapping[str, Doing] = {
    "create": _Carrying._create,  # noqa: SLF001 - the table of its own methods
    "backup": _Carrying._back_up,  # noqa: SLF001
    "migrate": _Carrying._migrate,  # noqa: SLF001
    "unpack": _Carrying._nothing,  # noqa: SLF001
    "clear": _Carrying._stop,  # noqa: SLF001
    "start": _Carrying._start,  # noqa: SLF001
    "probe": _Carrying._probe,  # noqa: SLF001
    "switch": _Carrying._switch,  # noqa: SLF001
    "drain": _Carrying._drain,  # noqa: SLF001
    "stop": _Carrying._stop,  # noqa: SLF001
    "record": _Carrying._nothing,  # noqa: SLF001
    "remove": _Carrying._remove,  # noqa: SLF001
}


def _number(step: Step) -> int:
    """Of the release that a step is about."""
    return int(step.address.rpartition("/")[2])
