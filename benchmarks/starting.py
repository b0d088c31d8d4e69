"""`python -m benchmarks.starting`: how soon a run begins that somebody asks for, and rests when it is told to.

An installation as people start it; the floor in the same run is what the API takes to accept the order.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.budgets import Figure
from benchmarks.show import show
from tests.flows.following import Person, a_person, big_model
from tests.flows.serving import serving

RUNS, WARM_UP, REST_S = 8, 2, 2.0
MOST_S = 1.0  # from the click to the first step, or to the rest
PAUSES = 5
LITTLE = {"platforms": ["backend"], "tests": False, "docs": False, "docker": False}


def main() -> int:
    """Measure; 0 when every budget is kept."""
    figures = asyncio.run(measure())
    show(figures)
    return int(not all(figure.ok for figure in figures))


async def measure() -> list[Figure]:
    """When runs are accepted, and when those who watch hear their first step."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data") as served,
    ):
        async with a_person(served) as ada:
            project_id = await ada.project(big_model(2), LITTLE)
            waited = [await _once(ada, project_id) for _ in range(WARM_UP + RUNS)][WARM_UP:]
            large_id = await ada.project(big_model(40), LITTLE)
            rested = [await _pause(ada, large_id) for _ in range(PAUSES)]
    accepted = median(accepted for accepted, _ in waited)
    heard = median(heard for _, heard in waited)
    return [
        Figure("click → order accepted", _ms(accepted), "ms"),
        Figure("click → first step heard, median", _ms(heard), "ms", MOST_S * 1000),
        Figure("click → first step heard, slowest", _ms(max(heard for _, heard in waited)), "ms"),
        Figure(
            "pause → nothing happens any more, median", _ms(median(rested)), "ms", MOST_S * 1000
        ),
    ]


async def _once(ada: Person, project_id: str) -> tuple[float, float]:
    """Seconds until a run is accepted, and until its first step is heard."""
    began = time.perf_counter()
    run = await ada.start(project_id)
    accepted = time.perf_counter() - began
    await ada.heard(run["id"], _is_a_step)
    heard = time.perf_counter() - began
    await ada.until(run["id"], "done", "failed", "crashed", "cancelled")
    await asyncio.sleep(REST_S)
    return accepted, heard


async def _pause(ada: Person, project_id: str) -> float:
    """Seconds from the click on pause to the last thing that the run did."""
    run = await ada.start(project_id)
    await ada.heard(run["id"], lambda told: told["type"] == "FILE_GENERATED")
    began = time.perf_counter()
    paused = await ada("POST", f"/runs/{run['id']}/pause")
    assert paused["state"] == "paused", paused
    waited, seen = time.perf_counter() - began, None
    for _ in range(20):
        progress = (await ada("GET", f"/runs/{run['id']}/progress"))["progress"]
        if progress["done"] != seen:
            waited, seen = time.perf_counter() - began, progress["done"]
        await asyncio.sleep(0.1)
    await ada("POST", f"/runs/{run['id']}/cancel")
    await ada.until(run["id"], "cancelled", "done")
    return waited


def _is_a_step(told: dict[str, Any]) -> bool:
    return bool(told["type"] == "GENERATION_STARTED" or told["sequence"] % 1_000_000)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    sys.exit(main())
