"""How a rehearsal went: which failure it goes through, whether all is healthy, and what it has shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from stackwright.deployment.drift import Drift
from stackwright.deployment.events import Event
from stackwright.deployment.health import Gate, Judgement, Reading, judge_health
from stackwright.deployment.step import Action, Step
from stackwright.errors import ProjectError
from stackwright.value import Value

_GATE = Gate(successes=1, failures=1, budget_s=1)

STAGE = "stage/"  # begins the addresses of stages, where they are told as events


class Checked(Value):
    """A provider whose schema everything was checked with."""

    source: str
    version: str
    date: Annotated[str, Field(description="Of the package that the schema was taken from.")]

    @property
    def sentence(self) -> str:
        """What was checked with what, for people."""
        return f"schema-checked with {self.source} {self.version} (of {self.date})"


class Stage(Value):
    """One part of a rehearsal."""

    name: str
    sentence: Annotated[str, Field(description="What came of it.")]
    good: bool
    seconds: float
    events: tuple[Event, ...] = ()


class Report(Value):
    """What a rehearsal has shown. It never says that something was deployed: no cloud was touched."""

    target: str
    deployment: str
    environment: str
    engine: Annotated[str, Field(description="Such as Terraform 1.15.5.")]
    checked: tuple[Checked, ...]
    resources: Annotated[int, Field(description="That came up.", ge=0)]
    services: Annotated[Mapping[str, int], Field(description="Service → its resources.")]
    failure: Annotated[str, Field(description="The resource that was made to fail.")]
    stages: tuple[Stage, ...]

    @property
    def is_good(self) -> bool:
        """Whether everything went as it must: up, healthy, failed where it should, and back."""
        return all(stage.good for stage in self.stages)

    @property
    def sentence(self) -> str:
        """The whole of it, for people."""
        how = "; ".join(one.sentence for one in self.checked)
        came = "went well" if self.is_good else "showed what is wrong"
        return f"The rehearsal {came}: {how}. No cloud was touched."


def pick_failure(steps: Sequence[Step], wanted: str = "") -> str:
    """The address of the resource that is made to fail: the one that was asked for, or what the product runs in.

    Raises:
        ProjectError: The one that was asked for is not changed by the plan, or nothing is.
    """
    changed = [one.address for one in steps if one.action in (Action.UPDATE, Action.CREATE)]
    if wanted:
        if wanted not in changed:
            raise ProjectError.bad_input(
                f"The second release does not change {wanted}, so it cannot fail there.",
                hint=f"It changes {', '.join(changed[:8])}{' …' if len(changed) > 8 else '.'}",
            )
        return wanted
    if not changed:
        raise ProjectError(
            "The second release changes nothing, so no failure can be rehearsed.",
            hint="A template hands the tags of its variable `tags` on to its resources.",
        )
    running = [one.address for one in steps if one.group == "Back end" and one.address in changed]
    return (running or changed)[-1]


def services_of(steps: Iterable[Step]) -> dict[str, int]:
    """Service → how many resources of it are made."""
    found: dict[str, int] = {}
    for step in steps:
        found[step.group] = found.get(step.group, 0) + 1
    return dict(sorted(found.items()))


def judge(wanted: Sequence[str], there: Sequence[str], drifts: Sequence[Drift]) -> Judgement:
    """Whether what is there is what was wanted, all of it and unchanged."""
    changed = {one.address: one.sentence for one in drifts}
    readings = []
    for address in wanted:
        missing = "it is not there" if address not in there else ""
        detail = missing or changed.get(address, "")
        readings.append(
            Reading(at_s=0, resource=address, kind="bad" if detail else "good", detail=detail)
        )
    return judge_health(_GATE, readings, wanted, 0)
