"""How a plan is carried out step by step, and taken back when a release is not healthy."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from flows.road import Road
from flows.stories.orders import Ready
from flows.stories.telling import Numbered, Tell
from stackwright.deployment.events import EventType
from stackwright.deployment.history import History, SwitchRecord
from stackwright.deployment.hosting.site import Release as Equipped
from stackwright.deployment.hosting.site import Route
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.plan import Plan, reverse
from stackwright.deployment.release import (
    Release,
    ReleaseState,
    bury,
    expendable,
    took_over,
)
from stackwright.deployment.step import Step
from stackwright.errors import ProjectError
from tasks import (
    hosting_database,
    hosting_equipment,
    hosting_history,
    hosting_load,
    hosting_release,
    hosting_revision,
    hosting_secrets,
    hosting_traffic,
)

if TYPE_CHECKING:
    from stackwright.deployment.hosting.figures import Figures


class Carrying:
    """Carries out one plan."""

    def __init__(self, ready: Ready, plan: Plan, road: Road, tell: Tell) -> None:
        self._ready, self._plan, self._road = ready, plan, road
        self._site, self._tell = ready.order.site, Numbered(tell).say
        self._routes: dict[int, Route] = {}
        self._figures: Figures | None = None
        self._effects: Mapping[str, Callable[[Step], Awaitable[None]]] = {
            "create": self._create,
            "backup": self._back_up,
            "migrate": self._migrate,
            "unpack": self._nothing,
            "clear": self._stop,
            "start": self._start,
            "probe": self._probe,
            "switch": self._switch,
            "drain": self._drain,
            "stop": self._stop,
            "record": self._nothing,
            "remove": self._remove,
        }

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
        return await self._served(release)

    async def _served(self, release: Release) -> Outcome:
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
        keep = self._ready.order.deployment.recovery.releases
        gone = expendable(history.releases, keep)
        for one in history.releases:
            if one.snapshot.build in gone:
                await self._road.do(
                    hosting_release.remove_release, self._site, one.number, name="Clear up"
                )
        said = f" {self._figures.sentence()}" if self._figures else ""
        self._tell(EventType.DONE, None, f"Release {release.number} serves.{said}")
        found = next(one for one in history.releases if one.number == release.number)
        return Outcome(release=found, serves=release.number, figures=self._figures)

    async def _take_back(self, release: Release, done: list[str], why: str) -> Outcome:
        self._tell(EventType.FAILED, None, why)
        took_back = False
        try:
            if self._plan.automatic_rollback:
                self._tell(EventType.NOTE, None, "It is taken back.")
                for step in reverse(self._plan, done).steps:
                    await self._do(step)
                took_back = True
            else:
                await self._leave(release)
        except ProjectError as error:
            why = f"{why}\nTaking it back failed, too: {error.message}"
            self._tell(EventType.FAILED, None, error.message)
        route = hosting_traffic.serving(self._site)
        serves = route.release if route else 0
        if serves == release.number and took_back:
            serves = 0  # nothing served before it
        buried = bury(release, why, hosting_history.now())
        if serves == release.number:  # it could not be taken back, and people use it
            buried = release.model_copy(update={"state": ReleaseState.SERVING})
        self._keep(lambda history: history.with_release(buried))
        return Outcome(release=buried, serves=serves, took_back=took_back, why=why)

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
        await self._effects[step.verb](step)
        took = (hosting_history.now() - began).total_seconds()
        self._tell(EventType.DONE, step, step.title, took)

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
        await self._road.do(
            hosting_revision.keep_revisions, self._site, equipped, name="Keep the revisions"
        )
        await self._road.do(hosting_database.migrate, self._site, equipped, kept, name=step.title)

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


def _number(step: Step) -> int:
    """Of the release that a step is about."""
    return int(step.address.rpartition("/")[2])
