"""Whether a release is healthy: decided from readings, within a budget, with the reason in a sentence."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from stackwright.deployment.config import Deployment
from stackwright.value import Value

LOG_LINES = 20
LINE_LENGTH = 500


class Gate(Value):
    """What a release has to show before it is given visitors."""

    path: Annotated[str, Field(description="Where it is asked.")] = "/health"
    budget_s: Annotated[float, Field(description="It must be healthy by then.", gt=0)] = 120
    every_s: Annotated[float, Field(description="Between two probes.", gt=0)] = 1
    timeout_s: Annotated[float, Field(description="For one answer.", gt=0)] = 5
    successes: Annotated[int, Field(description="Good answers in a row.", ge=1)] = 3
    failures: Annotated[
        int, Field(description="Bad answers in a row after which nothing is waited for.", ge=1)
    ] = 3
    restarts: Annotated[int, Field(description="Restarts that are borne with.", ge=0)] = 0


class Reading(Value):
    """One thing that was seen."""

    at_s: Annotated[float, Field(description="Seconds since it was started.", ge=0)]
    resource: Annotated[str, Field(description="Of which it was seen.")]
    kind: Annotated[
        Literal["good", "bad", "silent", "exited", "restarted"],
        Field(
            description="good and bad are answers; silent: nothing listens yet; exited: it ended."
        ),
    ]
    detail: Annotated[str, Field(description="Such as “503 Service Unavailable”.")] = ""
    log: Annotated[
        tuple[str, ...], Field(description="Its last lines, without secrets, newest last.")
    ] = ()


class Health(StrEnum):
    """What is known about it."""

    HEALTHY = "healthy"
    WAITING = "waiting"
    FAILED = "failed"


class Judgement(Value):
    """Whether it is healthy, and why."""

    health: Health
    sentence: str
    resource: Annotated[str, Field(description="The one that decided it.")] = ""
    log: tuple[str, ...] = ()
    left_s: Annotated[float, Field(description="What is left of the budget.")] = 0


def gate_of(deployment: Deployment) -> Gate:
    """What these choices ask of a release."""
    scaling = deployment.scaling
    return Gate(path=scaling.health_path, budget_s=scaling.health_budget_s)


def judge_health(
    gate: Gate, readings: Sequence[Reading], resources: Sequence[str], elapsed_s: float
) -> Judgement:
    """Whether all of these resources are healthy; the first one that fails decides.

    Args:
        gate: What they have to show.
        readings: All that was seen since the start, in its order.
        resources: What has to become healthy.
        elapsed_s: Since the start.
    """
    left_s = round(max(0.0, gate.budget_s - elapsed_s), 3)
    waiting: Judgement | None = None
    for resource in resources:
        seen = [reading for reading in readings if reading.resource == resource]
        failure = _failure(gate, seen)
        if failure:
            return Judgement(
                health=Health.FAILED,
                sentence=f"{resource} {failure}",
                resource=resource,
                log=_last_lines(seen),
                left_s=left_s,
            )
        good = _in_a_row(seen, "good")
        if good < gate.successes and waiting is None:
            waiting = Judgement(
                health=Health.WAITING,
                sentence=_waiting(gate, resource, seen, good),
                resource=resource,
                log=_last_lines(seen),
                left_s=left_s,
            )
    if waiting is None:
        count = f"All {len(resources)} are" if len(resources) > 1 else "It is"
        return Judgement(health=Health.HEALTHY, sentence=f"{count} healthy.", left_s=left_s)
    if elapsed_s < gate.budget_s:
        return waiting
    return waiting.model_copy(
        update={
            "health": Health.FAILED,
            "sentence": f"{waiting.resource} was not healthy within {gate.budget_s:g} s: {waiting.sentence}",
        }
    )


def _failure(gate: Gate, seen: Sequence[Reading]) -> str:
    restarts = sum(reading.kind == "restarted" for reading in seen)
    if restarts > gate.restarts:
        times = "once" if restarts == 1 else f"{restarts} times"
        return f"ended and was started again {times}: it crashes at each start."
    if seen and seen[-1].kind == "exited":
        return f"ended by itself{_detail(seen[-1])}."
    bad = _in_a_row(seen, "bad")
    if bad >= gate.failures:
        return f"answered {gate.path} wrongly {bad} times in a row{_detail(seen[-1])}."
    if seen and seen[-1].kind == "silent" and any(one.kind == "good" for one in seen):
        silent = _in_a_row(seen, "silent")
        if silent >= gate.failures:
            return f"answered and then fell silent {silent} times in a row{_detail(seen[-1])}."
    return ""


def _waiting(gate: Gate, resource: str, seen: Sequence[Reading], good: int) -> str:
    if good:
        return f"{resource} has answered well {good} of {gate.successes} times."
    if not seen or seen[-1].kind == "silent":
        return f"{resource} does not answer yet."
    return f"{resource} does not answer {gate.path} well{_detail(seen[-1])}."


def _in_a_row(seen: Sequence[Reading], kind: str) -> int:
    count = 0
    for reading in reversed(seen):
        if reading.kind != kind:
            break
        count += 1
    return count


def _detail(reading: Reading) -> str:
    return f" ({reading.detail})" if reading.detail else ""


def _last_lines(seen: Sequence[Reading]) -> tuple[str, ...]:
    log = next((reading.log for reading in reversed(seen) if reading.log), ())
    return tuple(line[:LINE_LENGTH] for line in log[-LOG_LINES:])
