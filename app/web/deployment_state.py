"""How the page of a deployment tells what is not well, and what its programs take."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.live.metrics import EVERY, DeploymentMetrics, Point
from app.storage.deployments import Stored
from app.web.rollout_words import short
from stackwright.deployment.alerts import Alert
from stackwright.runs.record import Run
from stackwright.runs.rollout import Rollout, RolloutKind
from stackwright.runs.state import RunState

GAP_S = 3 * EVERY.total_seconds()  # nobody looked for so long


def problem(alert: Alert) -> dict[str, Any]:
    """An alert, as a problem card."""
    return {"title": alert.title, "cause": alert.cause, "fix": alert.fix, "status": 0}


def news(stored: Stored, output: Run | None, found: Sequence[Rollout]) -> str:
    """What the next release would bring, in a sentence; empty: nothing, or the last one went back on purpose.

    Args:
        stored: The deployment.
        output: The newest of its project.
        found: Its rollouts, the newest first.
    """
    real = [one for one in found if one.kind is not RolloutKind.REHEARSAL]
    last = next((one for one in real if one.state is RunState.DONE), None)
    if last is None or last.kind is RolloutKind.ROLLBACK:
        return ""
    changes = ["the choices were changed"] if last.config != stored.config else []
    if output and last.output and output.id != last.output:
        changes.append(f"run {output.number} has published")
    return f"Since this release {' and '.join(changes)}." if changes else ""


def charts(taken: DeploymentMetrics, site: str, now: datetime) -> list[dict[str, Any]]:
    """For each program that was measured: its title, and its processor and memory as points of a chart."""
    return [
        {
            "title": short(one.title, site),
            "processor": _points(one.points, "processor_percent", now),
            "memory": _points(one.points, "memory_mib", now),
        }
        for one in taken.programs
    ]


def _points(points: Sequence[Point], name: str, now: datetime) -> list[list[float | None]]:
    """[Seconds ago, value], with a gap where nobody looked."""
    found: list[list[float | None]] = []
    before: datetime | None = None
    for one in points:
        ago = round((now - one.at).total_seconds(), 1)
        if before and (one.at - before).total_seconds() > GAP_S:
            found.append([ago, None])
        found.append([ago, getattr(one, name)])
        before = one.at
    return found
