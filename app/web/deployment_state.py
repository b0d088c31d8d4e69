"""How the page of a deployment tells what is not well, and what its programs take."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.live.metrics import EVERY, DeploymentMetrics, Point
from stackwright.deployment.alerts import Alert

GAP_S = 3 * EVERY.total_seconds()  # nobody looked for so long


def problem(alert: Alert) -> dict[str, Any]:
    """An alert, as a problem card."""
    return {"title": alert.title, "cause": alert.cause, "fix": alert.fix, "status": 0}


def charts(taken: DeploymentMetrics, now: datetime) -> list[dict[str, Any]]:
    """For each program that was measured: its title, and its processor and memory as points of a chart."""
    return [
        {
            "title": one.title,
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
