"""One look at a release that a provider rolls out: is it steady, is it on its way, or has it failed?"""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.health import LINE_LENGTH, LOG_LINES, Health, Judgement
from stackwright.value import Value

CRASHES = 2  # instances that ended by themselves; the second one shows that it was no accident
PROVIDER_S = 300.0  # to fetch the image, to make instances and to tell the load balancer of them
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")


class Look(Value):
    """What one look at it shows."""

    health: Health
    sentence: Annotated[str, Field(description="How far it is, or why it failed.")]
    resource: Annotated[str, Field(description="The one that decided it.")] = ""
    log: Annotated[
        str, Field(description="Whose last lines tell more, in the provider's words; empty: none.")
    ] = ""


def waiting(sentence: str, resource: str = "", log: str = "") -> Look:
    """It is on its way."""
    return Look(health=Health.WAITING, sentence=sentence, resource=resource, log=log)


def failed(sentence: str, resource: str = "", log: str = "") -> Look:
    """It will not become steady."""
    return Look(health=Health.FAILED, sentence=sentence, resource=resource, log=log)


def done(sentence: str, resource: str = "", log: str = "") -> Look:
    """It is steady, or has ended well."""
    return Look(health=Health.HEALTHY, sentence=sentence, resource=resource, log=log)


def judge(look: Look, elapsed_s: float, budget_s: float) -> Judgement:
    """The same within a budget: what is still on its way when time is up has failed."""
    late = look.health is Health.WAITING and elapsed_s >= budget_s
    return Judgement(
        health=Health.FAILED if late else look.health,
        sentence=f"It was not done within {budget_s:g} s: {look.sentence}"
        if late
        else look.sentence,
        resource=look.resource,
        left_s=round(max(0.0, budget_s - elapsed_s), 3),
    )


def event_of(seq: int, judgement: Judgement, address: str, action: str, elapsed_s: float) -> Event:
    """A judgement as something that happened."""
    types = {
        Health.HEALTHY: EventType.DONE,
        Health.WAITING: EventType.PROGRESS,
        Health.FAILED: EventType.FAILED,
    }
    return Event(
        seq=seq,
        type=types[judgement.health],
        address=address,
        action=action,
        elapsed_s=elapsed_s,
        message=judgement.sentence,
    )


def budget_s(deployment: Deployment) -> float:
    """Seconds in which a release must be steady: twice its health budget and its drain, and the provider's own."""
    scaling = deployment.scaling
    return PROVIDER_S + 2 * scaling.health_budget_s + 2 * scaling.drain_s


def last_lines(lines: Iterable[str], hidden: Sequence[str] = ()) -> tuple[str, ...]:
    """The newest lines that say something, cut to size, without what is hidden and without passwords in addresses."""
    kept = [one.rstrip() for one in lines if one.strip()][-LOG_LINES:]
    return tuple(hide(one, hidden)[:LINE_LENGTH] for one in kept)


def hide(text: str, hidden: Sequence[str]) -> str:
    """The text with dots in the place of secrets."""
    for one in hidden:
        text = text.replace(one, "…")
    return _PASSWORD.sub(r"\1…@", text)
