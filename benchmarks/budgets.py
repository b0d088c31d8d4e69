"""The targets of design, and whether a figure meets its own."""

from typing import Literal, NamedTuple

from benchmarks.process import Cost


class Figure(NamedTuple):
    """One measured figure; without a target it is for information."""

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def ok(self) -> bool:
        """Whether it meets its target."""
        if self.target is None:
            return True
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def record(self) -> dict[str, float | str | bool | None]:
        """The figure as it lies in `build/bench.json`."""
        return {"value": self.value, "unit": self.unit, "target": self.target, "ok": self.ok}


GENERATE_CPU_S = {20: 2.0, 100: 6.0}
GENERATE_PEAK_MIB = {20: 150.0}
FILES_PER_CPU_S = {100: 500.0}
CHANGE_CPU_S = 0.5
CHANGE_PLAN_CPU_S = 1.0
START_CPU_S = 0.5
TIMES_THE_FLOOR = 60.0  # 100 entities: 6 s against the 0.1 s that writing the same bytes costs
TIMES_COPIER = 0.5  # 100 entities: at most half of what Copier needs for as many files


def generation(entities: int, cost: Cost, files: int) -> list[Figure]:
    """Figures of a fresh generation of so many entities."""
    name = f"generate {entities} entities"
    return [
        Figure(f"{name}: files", files, "files"),
        Figure(f"{name}: CPU", round(cost.cpu_s, 3), "s", GENERATE_CPU_S.get(entities)),
        Figure(f"{name}: wall", round(cost.wall_s, 3), "s"),
        Figure(
            f"{name}: peak memory", round(cost.peak_mib, 1), "MiB", GENERATE_PEAK_MIB.get(entities)
        ),
        Figure(
            f"{name}: speed",
            round(files / cost.cpu_s),
            "files/CPU-s",
            FILES_PER_CPU_S.get(entities),
            "higher",
        ),
    ]


def against(entities: int, cost: Cost, floor: Cost, copier: Cost) -> list[Figure]:
    """The same generation against writing the same bytes, and against the peer."""
    largest = entities == max(GENERATE_CPU_S)
    name = f"{entities} entities"
    return [
        Figure(f"{name}: floor (the same bytes written)", round(floor.cpu_s, 3), "s"),
        Figure(f"{name}: Copier, as many files", round(copier.cpu_s, 3), "s"),
        Figure(
            f"{name}: generation / floor",
            round(cost.cpu_s / floor.cpu_s, 1),
            "×",
            TIMES_THE_FLOOR if largest else None,
        ),
        Figure(
            f"{name}: generation / Copier",
            round(cost.cpu_s / copier.cpu_s, 2),
            "×",
            TIMES_COPIER if largest else None,
        ),
    ]
