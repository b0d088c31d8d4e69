"""`python -m benchmarks`: a table on standard output and `build/bench.json`.

Every figure is of whole processes, started as people start them. Medians of several runs; the floor and
the peer run between them, so that all see the same machine.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import models, peers
from benchmarks.budgets import (
    CHANGE_CPU_S,
    CHANGE_PLAN_CPU_S,
    START_CPU_S,
    Figure,
    against,
    generation,
)
from benchmarks.planning import planning
from benchmarks.preview import preview
from benchmarks.process import Cost, cost, middle
from benchmarks.rehearsing import rehearsing
from benchmarks.show import show

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "build" / "bench.json"


def main() -> int:
    """Measure everything; 0 when every budget is kept."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement (median)")
    parser.add_argument("--sizes", default="5,20,100", help="entities of the models")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="stackwright-bench-") as folder:
        bench = Bench(Path(folder), chosen.runs)
        figures = [*bench.start(), *(f for size in sizes for f in bench.size(size))]
        figures += bench.change(20)
        figures += bench.preview(5)
        figures += planning(chosen.runs)
        figures += rehearsing(chosen.runs)
    show(figures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps({figure.name: figure.record() for figure in figures}, indent=2) + "\n",
        encoding="utf-8",
    )
    return int(not all(figure.ok for figure in figures))


class Bench:
    """A folder for models and projects, with caches of its own."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        own = {
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),  # as after a first start
        }
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.env = {**kept, **own}
        self.program = str(Path(sys.executable).parent / "stackwright")

    def start(self) -> list[Figure]:
        """What each command costs before it does anything long."""
        model = self.model(20)
        out = self.folder / "start"
        self.run("generate", str(model), "--out", str(out))
        commands = {
            "--version": ["--version"],
            "validate (20 entities)": ["validate", str(model)],
            "plan (20 entities, nothing changed)": ["plan", str(model), "--out", str(out)],
        }
        return [
            Figure(f"start {name}: CPU", round(self.several(words).cpu_s, 3), "s", START_CPU_S)
            for name, words in commands.items()
        ]

    def size(self, entities: int) -> list[Figure]:
        """A fresh generation of so many entities; the first run compiles the templates."""
        model = self.model(entities)
        words = ["generate", str(model), "--out"]
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        cold = self.run(*words, str(self.folder / f"cold-{entities}"))
        costs, work = [], self.folder / f"work-{entities}"
        for number in range(self.runs):
            out = self.folder / f"project-{entities}"
            shutil.rmtree(out, ignore_errors=True)
            costs.append(self.run(*words, str(out)))
            if number == 0:
                files = peers.tree(out)
                work.mkdir()
                floor, copier = peers.floor(files, work), peers.copier(files, work)
        typical = middle(costs)
        figures = generation(entities, typical, len(files))
        name = f"generate {entities} entities, templates not compiled yet: CPU"
        figures.append(Figure(name, round(cold.cpu_s, 3), "s"))
        return [*figures, *against(entities, typical, floor, copier)]

    def change(self, entities: int) -> list[Figure]:
        """One field added to one of so many entities: its plan, and its generation."""
        data = models.model(entities)
        model = self.folder / "changed.stackwright.yaml"
        base = self.folder / "base"
        self.run("generate", str(self.model(entities)), "--out", str(base))
        before = peers.tree(base)
        model.write_text(models.text(models.with_one_more_field(data)), encoding="utf-8")
        plan = self.several(["plan", str(model), "--out", str(base)])
        costs = []
        for number in range(self.runs):
            out = self.folder / f"change-{number}"
            shutil.copytree(base, out, symlinks=True)
            costs.append(self.run("generate", str(model), "--out", str(out)))
        after = peers.tree(out)
        changed = sum(after.get(name) != before.get(name) for name in {*after, *before})
        name = f"one field more in {entities} entities"
        return [
            Figure(f"{name}: files changed", changed, f"of {len(after)} files"),
            Figure(f"{name}: generate, CPU", round(middle(costs).cpu_s, 3), "s", CHANGE_CPU_S),
            Figure(f"{name}: plan, CPU", round(plan.cpu_s, 3), "s", CHANGE_PLAN_CPU_S),
        ]

    def preview(self, entities: int) -> list[Figure]:
        """Looking at a published project of thousands of files."""
        out = self.folder / "preview"
        self.run("generate", str(self.model(entities)), "--out", str(out))
        os.environ["STACKWRIGHT_ARTIFACTS"] = str(self.folder / "artifacts")
        return preview(out, self.runs)

    def model(self, entities: int) -> Path:
        """The file of the model with so many entities."""
        path = self.folder / f"bench-{entities}.stackwright.yaml"
        path.write_text(models.text(models.model(entities)), encoding="utf-8")
        return path

    def run(self, *words: str) -> Cost:
        """One run of the command line."""
        return cost([self.program, *words], env=self.env, folder=self.folder)

    def several(self, words: list[str]) -> Cost:
        """The median of several runs."""
        return middle([self.run(*words) for _ in range(max(3, self.runs))])


if __name__ == "__main__":
    sys.exit(main())
