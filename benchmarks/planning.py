"""What the bill before the order costs whoever asks for it again, without the database and the door around it."""

import time

from app.api.models import read
from benchmarks import models
from benchmarks.budgets import Figure
from stackwright.generation.config import Config
from tasks.generation import dry_run

AGAIN = (
    0.35  # of what the first bill of a model and its choices costs; the rest is reading the model
)
SIZES = (12, 100)


def planning(runs: int) -> list[Figure]:
    """The figures for each size, of this process."""
    return [figure for entities in SIZES for figure in _bills(entities, max(3, runs))]


def _bills(entities: int, runs: int) -> list[Figure]:
    text = models.text(models.model(entities))
    dry_run(read(models.text(models.model(2)), "small")[0], Config(), None)  # templates are loaded
    first, *others = (_seconds(text) for _ in range(runs + 1))
    again = sorted(others)[runs // 2]
    name = f"bill of {entities} entities"
    return [
        Figure(f"{name}: the first one, CPU", round(first, 3), "s"),
        Figure(f"{name}: again, CPU", round(again, 3), "s"),
        Figure(f"{name}: again / the first one", round(again / first, 2), "×", AGAIN),
    ]


def _seconds(text: str) -> float:
    began = time.process_time()
    dry_run(read(text, "bench")[0], Config(), None)
    return time.process_time() - began
