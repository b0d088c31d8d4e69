"""Looking at something until it is steady, has failed, or time is up; each change is told once."""

import time
from collections.abc import Callable, Sequence

from stackwright.deployment.health import Health, Judgement
from stackwright.deployment.rolling.look import Look, event_of, hide, judge, last_lines, waiting
from stackwright.deployment.targets.application import SCHEMA
from stackwright.deployment.targets.cloud import SERVICE
from stackwright.errors import ProjectError
from tasks.rolling.served import Service, Tell

FIRST_S = 0.25  # between the first two looks; then longer and longer
LONGEST_S = 5.0
PATIENCE = 5  # looks in a row to which nobody answers
STEPS = {"migrate": SCHEMA, "roll_out": SERVICE}  # verbs and addresses of the steps of a plan


def follow(
    service: Service,
    look: Callable[[], Look],
    lines: Callable[[Look], Sequence[str]],
    tell: Tell,
    *,
    action: str,
    budget_s: float,
) -> Judgement:
    """What came of it, with the last lines of what failed.

    Args:
        service: Whose secrets are kept out of all that is said.
        look: Looks once.
        lines: Fetches the last lines of what a look names.
        tell: Hears each change, numbered from 1.
        action: The verb of the step in the plan.
        budget_s: Seconds in which it must be done.

    Raises:
        ProjectError: The provider refuses to be asked, or does not answer for a while.
    """
    began, hidden = time.monotonic(), service.hidden()
    said, seq, silent, pause_s = "", 0, 0, FIRST_S
    while True:
        try:
            seen, silent = look(), 0
        except ProjectError as error:
            silent += 1
            if error.http_status != 502 or silent > PATIENCE:
                raise
            seen = waiting(error.message)
        elapsed_s = round(time.monotonic() - began, 3)
        judgement = judge(seen, elapsed_s, budget_s)
        judgement = judgement.model_copy(update={"sentence": hide(judgement.sentence, hidden)})
        if judgement.health is Health.FAILED:
            judgement = judgement.model_copy(update={"log": _lines(lines, seen, hidden)})
        if judgement.health is not Health.WAITING or judgement.sentence != said:
            seq, said = seq + 1, judgement.sentence
            tell(event_of(seq, judgement, STEPS[action], action, elapsed_s))
        if judgement.health is not Health.WAITING:
            return judgement
        time.sleep(min(pause_s, max(0.0, budget_s - elapsed_s)))
        pause_s = min(LONGEST_S, pause_s * 1.5)


def must_be_done(what: str, judgement: Judgement) -> None:
    """Go on when it was done.

    Raises:
        ProjectError: It was not (HTTP 409); the message has its last lines.
    """
    if judgement.health is Health.HEALTHY:
        return
    said = "\n  ".join(judgement.log) or "nothing"
    raise ProjectError(
        f"{what} failed: {judgement.sentence} The last words were:\n  {said}",
        hint="Mend the cause and deploy again; the release before serves on.",
        http_status=409,
    )


def _lines(
    lines: Callable[[Look], Sequence[str]], seen: Look, hidden: Sequence[str]
) -> tuple[str, ...]:
    try:
        return last_lines(lines(seen), hidden)
    except ProjectError:
        return ()  # what failed is known; its words are a help and no condition
