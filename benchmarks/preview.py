"""What looking at a published project of thousands of files costs, without the database and the page around it."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.storage.projects import Project
from app.web.code_lines import Text
from app.web.code_place import Shown
from app.web.code_tree import tree_of
from benchmarks.budgets import Figure
from stackwright.generation.config import Config
from stackwright.generation.preview.changes import changes
from stackwright.generation.preview.search import find_text
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tasks.artifacts import publish_output
from tasks.outputs import Outputs

OPEN_S, SEARCH_S = 1.0, 0.7
FILES = 5_000
LINES = 40
CHOSEN = "module_07/part_3/file_00157.py"
NOBODY = UUID(int=0)


def preview(project: Path, runs: int) -> list[Figure]:
    """The figures of opening and searching a project that is made larger in this folder; the store is set."""
    _grow(project)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run(
        id=NOBODY,
        project_id=NOBODY,
        owner_id=NOBODY,
        number=2,
        title="Bench",
        model=1,
        config=Config(),
        verify=False,
        state=RunState.DONE,
        made_at=now,
    )
    publish_output(project, run.place)
    owner = Project(
        id=NOBODY,
        owner_id=NOBODY,
        name="Bench",
        model=1,
        config=Config(),
        config_revision=1,
        runs=2,
        made_at=now,
        changed_at=now,
    )

    async def opened() -> None:
        outputs = Outputs()  # nothing is remembered
        index = outputs.index(run.place)
        known = changes(index, index)
        await tree_of(Shown(run, owner, index, "previous", run, index, known), CHOSEN, wraps=False)
        text = outputs.content(run.place, CHOSEN).decode()
        list(Text(CHOSEN, text, 1).chunks())

    async def searched() -> None:
        find_text(Outputs().texts(run.place), "FUNCTION_157")

    name = f"preview of {FILES} files more"
    return [
        Figure(f"{name}: open a file in its tree", _middle(opened, runs), "s", OPEN_S),
        Figure(f"{name}: search their contents", _middle(searched, runs), "s", SEARCH_S),
    ]


def _grow(project: Path) -> None:
    for number in range(FILES):
        place = project / f"module_{number % 50:02}" / f"part_{number // 50 % 10}"
        place.mkdir(parents=True, exist_ok=True)
        lines = (f"def function_{number}_{line}(): return {line}\n" for line in range(LINES))
        (place / f"file_{number:05}.py").write_text("".join(lines), encoding="utf-8")


def _middle(work: Callable[[], Coroutine[Any, Any, None]], runs: int) -> float:
    """The median of the seconds that this takes."""
    times = []
    for _ in range(max(3, runs)):
        began = time.perf_counter()
        asyncio.run(work())
        times.append(time.perf_counter() - began)
    return round(sorted(times)[len(times) // 2], 3)
