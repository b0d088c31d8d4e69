"""What programs take is sampled while somebody looks, kept for ten minutes, and forgotten."""

import os
from datetime import UTC, datetime, timedelta

from app.live.metrics import Measured, Metrics
from stackwright.deployment.hosting.program import Seen
from tasks.host import processes
from tasks.host.usage import Usage, usage

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Machine:
    """A program that takes half a processor and grows by 1 MiB a second."""

    def __init__(self) -> None:
        self.now, self.asked, self.identity = NOON, 0, "first"

    def measure(self, site: str) -> Measured:
        assert site == "shop"
        self.asked += 1
        passed = (self.now - NOON).total_seconds()
        seen = Seen(
            name="shop.backend.1",
            title="The back end",
            state="running",
            program="p",
            identity=self.identity,
        )
        gone = seen.model_copy(update={"name": "shop.pages.1"})
        return [(seen, Usage(processor_s=passed / 2, memory_mib=100 + passed)), (gone, None)]

    def after(self, seconds: float) -> datetime:
        self.now = NOON + timedelta(seconds=seconds)
        return self.now


def test_a_sample_is_taken_every_five_seconds_however_many_look() -> None:
    machine = Machine()
    metrics = Metrics(machine.measure)
    for seconds in (0, 1, 4.9, 5, 6, 10):
        found = metrics.look("shop", machine.after(seconds))
    assert machine.asked == 3
    (program,) = found.programs
    assert [one.memory_mib for one in program.points] == [100, 105, 110]
    assert [one.processor_percent for one in program.points] == [None, 50, 50]


def test_another_process_is_not_compared_with_the_one_before() -> None:
    machine = Machine()
    metrics = Metrics(machine.measure)
    metrics.look("shop", machine.after(0))
    machine.identity = "second"
    (program,) = metrics.look("shop", machine.after(5)).programs
    assert program.points[-1].processor_percent is None


def test_ten_minutes_are_kept() -> None:
    machine = Machine()
    metrics = Metrics(machine.measure)
    for seconds in range(0, 905, 5):
        found = metrics.look("shop", machine.after(seconds))
    points = found.programs[0].points
    assert len(points) == 121
    assert points[0].at == machine.now - timedelta(minutes=10)


def test_a_program_that_lives_takes_something_and_one_that_does_not_takes_nothing() -> None:
    pid = os.getpid()
    taken = usage(pid, processes.identity(pid))
    assert taken
    assert taken.processor_s > 0
    assert taken.memory_mib > 1
    assert usage(pid, "somebody else") is None
    assert usage(0, "") is None
