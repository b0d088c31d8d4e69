"""How a plan for a provider is carried out step by step, and its image taken back when it is not healthy."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from flows.road import Road
from flows.stories.orders import CloudReady
from flows.stories.telling import Numbered, Tell
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.history import History
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.plan import Plan, reverse
from stackwright.deployment.release import Release, ReleaseState, bury, serving, took_over
from stackwright.deployment.rolling.look import hide
from stackwright.deployment.step import Step
from stackwright.errors import ProjectError
from tasks import cloud_service, cloud_site, hosting_history
from tasks.cloud_site import Access
from tasks.rolling.served import Service


class CloudCarrying:
    """Carries out one plan."""

    def __init__(
        self, ready: CloudReady, plan: Plan, access: Access, road: Road, tell: Tell
    ) -> None:
        self._ready, self._plan, self._access, self._road = ready, plan, access, road
        self._site, self._deployment = ready.order.site, ready.order.deployment
        hidden = Service(
            target=self._deployment.cloud.target,
            outputs={},
            secrets={**access.secrets, **access.values},
        ).hidden()
        self._clean: Callable[[str], str] = lambda text: hide(text, hidden)
        self._said = Numbered(tell, self._clean)
        self._url = ""
        self._effects: Mapping[str, Callable[[Step], Awaitable[None]]] = {
            "migrate": self._migrate,
            "roll_out": self._roll_out,
            "probe": self._probe,
            "record": self._nothing,
        }

    async def out(self, history: History, at: datetime) -> Outcome:
        """Carry it out, and say what came of it.

        Args:
            history: As it was before.
            at: When it was approved.
        """
        release = Release(
            number=self._plan.release,
            snapshot=self._ready.desired.snapshot,
            state=ReleaseState.DEPLOYING,
            restores=self._ready.order.restores,
            made_at=at,
        )
        cloud_site.keep_choices(self._site, release.number, self._deployment)
        self._keep(
            lambda known: known.with_release(release).model_copy(
                update={"deployment": self._deployment}
            )
        )
        done: list[str] = []
        try:
            await self._make(done)
            for step in self._plan.steps:
                if step.verb != "apply":
                    done.append(step.key)
                    await self._do(step)
        except ProjectError as error:
            why = self._clean(error.message)
            return await self._take_back(release, serving(history.releases), done, why)
        return self._served(release)

    async def _make(self, done: list[str]) -> None:
        """All that Terraform changes, in the order that it chooses; what it puts out is known then."""
        steps = [step.key for step in self._plan.steps if step.verb == "apply"]
        done += steps
        what = f"Make {len(steps)} changes with Terraform" if steps else "Look with Terraform"
        self._said.say(EventType.NOTE, None, f"{what}.")
        changed = {step.address for step in self._plan.steps if step.verb == "apply"}

        def hear(event: Event) -> None:  # the step of the plan that it is about
            is_ours = event.address in changed
            self._said.hear(event.model_copy(update={"action": "apply"}) if is_ours else event)

        mark = self._ready.mark
        self._url = await self._road.do(
            cloud_site.make, self._site, self._access, mark, hear, name=what
        )

    def _served(self, release: Release) -> Outcome:
        def now_serves(history: History) -> History:
            releases = took_over(history.with_release(release).releases, release.number)
            return history.model_copy(update={"releases": releases, "url": self._url})

        history = self._keep(now_serves)
        self._said.say(EventType.DONE, None, f"Release {release.number} serves.")
        found = next(one for one in history.releases if one.number == release.number)
        return Outcome(release=found, serves=release.number, url=self._url)

    async def _take_back(
        self, release: Release, before: Release | None, done: list[str], why: str
    ) -> Outcome:
        self._said.say(EventType.FAILED, None, why)
        rolled, took_back = "roll_out service" in done, False
        try:
            back = reverse(self._plan, done).steps if self._plan.automatic_rollback else ()
            images = [step for step in back if step.after is not None]
            if rolled and images:
                self._said.say(EventType.NOTE, None, "It is taken back.")
                for step in images:
                    await self._do(step)
                took_back = True
            elif rolled and before is None:
                self._said.say(
                    EventType.NOTE, None, "Nothing served before it, so it is left to be looked at."
                )
        except ProjectError as error:
            said = self._clean(error.message)
            why = f"{why}\nTaking it back failed, too: {said}"
            self._said.say(EventType.FAILED, None, said)
        stands = took_back or not rolled
        serves = before.number if before and stands else 0
        buried = bury(release, why, hosting_history.now())
        self._keep(lambda history: _without(history.with_release(buried), before, stands=stands))
        return Outcome(release=buried, serves=serves, took_back=took_back, why=why)

    async def _do(self, step: Step) -> None:
        began = hosting_history.now()
        self._said.say(EventType.STARTED, step, step.title)
        await self._effects[step.verb](step)
        took_s = (hosting_history.now() - began).total_seconds()
        self._said.say(EventType.DONE, step, step.title, took_s)

    def _keep(self, change: Callable[[History], History]) -> History:
        return hosting_history.change_history(self._site, change)

    async def _migrate(self, step: Step) -> None:
        await self._road.do(
            cloud_service.migrate_with,
            self._site,
            self._deployment,
            self._access,
            self._ready.order.image,
            self._said.hear,
            name=step.title,
        )

    async def _roll_out(self, step: Step) -> None:
        await self._road.do(
            cloud_service.roll_image_out,
            self._site,
            self._deployment,
            self._access,
            str((step.after or {})["image"]),
            self._said.hear,
            name=step.title,
        )

    async def _probe(self, step: Step) -> None:
        if self._access.rehearses:
            self._said.say(EventType.NOTE, step, "It is rehearsed, so no visitor can ask.")
            return
        if not self._url:
            self._said.say(EventType.NOTE, step, "The stack says no address to ask at.")
            return
        path = self._deployment.scaling.health_path
        said = await self._road.do(
            cloud_service.ask_as_visitor, self._url, path, name="Ask as a visitor"
        )
        self._said.say(EventType.NOTE, step, said)

    async def _nothing(self, _: Step) -> None:
        """It is done at the end."""


def _without(history: History, before: Release | None, *, stands: bool) -> History:
    """The history when nothing is known to serve any more, unless what served before stands."""
    if stands or before is None:
        return history
    gone = before.model_copy(update={"state": ReleaseState.SUPERSEDED})
    return history.with_release(gone)
