"""How a deployment stands, put together for alerts from its site, its last rollout and the last look for drift."""

from collections.abc import Sequence

from app.live.sites import SiteView
from stackwright.deployment.alerts import Failed, ProgramSeen, Standing
from stackwright.deployment.drift import Drift
from stackwright.runs.rollout import Rollout
from stackwright.runs.state import RunState


def standing(
    site: SiteView | None, newest: Rollout | None, drifts: Sequence[Drift] | None
) -> Standing:
    """What is known of a deployment.

    Args:
        site: As it is on this machine; none: nothing was deployed there.
        newest: The last rollout; none: there was none.
        drifts: As last looked for; none: nobody has looked.
    """
    failed = _failed(newest) if newest else None
    if site is None:
        return Standing(failed=failed)
    return Standing(
        serves=site.serves,
        is_up=site.is_up,
        is_kept=site.is_kept,
        programs=tuple(
            ProgramSeen(
                title=one.title, lives=one.lives, crashes=one.crashes, sentence=one.sentence
            )
            for one in site.programs
        ),
        changing=site.is_changing,
        changing_since=site.changing_since,
        failed=failed,
        drifts=None if drifts is None else tuple(drifts),
    )


def _failed(rollout: Rollout) -> Failed | None:
    """It failed after it had begun to change something, and was not taken back."""
    outcome = rollout.outcome
    if rollout.state not in (RunState.FAILED, RunState.CRASHED):
        return None
    if outcome is None or not outcome.why or outcome.took_back:
        return None
    first = outcome.why.partition("\n")[0]
    return Failed(number=rollout.number, release=outcome.release.number, why=first)
