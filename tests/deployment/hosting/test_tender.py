"""The host's work without the host: look after look, in this very process."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackwright.deployment.hosting.program import Program, Seen
from tasks.host import folder, processes, records
from tasks.host.tender import Tender

pytestmark = [
    pytest.mark.services,
    # A host is left behind with programs that run: that is what the next one takes over.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "host"
    folder.make(made)
    yield made
    for name in folder.names(made / folder.SEEN):
        if seen := records.read(folder.seen(made, name), Seen):
            processes.send(seen.pid, seen.identity, signal.SIGKILL)


def wanted(root: Path, *words: str, **other: object) -> Program:
    known = {"name": "one", "title": "One", "words": words or ("sleep", "600"), "folder": str(root)}
    program = Program.model_validate({**known, **other})
    records.write(folder.wanted(root, "one"), program)
    return program


def seen(root: Path) -> Seen | None:
    return records.read(folder.seen(root, "one"), Seen)


def looked(tender: Tender, true: Callable[[], bool], *, ending: bool = False) -> bool:
    for _ in range(200):
        tender.look(ending=ending)
        if true():
            return True
        time.sleep(0.02)
    return False


def pid(root: Path) -> int:
    found = seen(root)
    return found.pid if found else 0


def test_it_starts_what_is_wanted_and_again_when_it_is_killed(root: Path) -> None:
    wanted(root)
    tender = Tender(root)
    assert looked(tender, lambda: pid(root) > 0)
    first = pid(root)
    os.kill(first, signal.SIGKILL)
    assert looked(tender, lambda: pid(root) not in {0, first})
    folder.wanted(root, "one").unlink()
    assert looked(tender, lambda: seen(root) is None)
    assert tender.is_idle
    assert tender.has_ended


def test_another_one_takes_over_and_ends_everything(root: Path) -> None:
    wanted(root)
    assert looked(Tender(root), lambda: pid(root) > 0)
    first, second = pid(root), Tender(root)
    second.look(ending=False)
    assert pid(root) == first
    assert looked(second, lambda: second.has_ended, ending=True)
    assert folder.wanted(root, "one").exists()


def test_a_damaged_record_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted(root)
    tender = Tender(root)
    assert looked(tender, lambda: pid(root) > 0)
    first = pid(root)
    time.sleep(0.01)
    folder.wanted(root, "one").write_text("{", "utf-8")
    for _ in range(3):
        tender.look(ending=False)
    assert pid(root) == first
    assert capsys.readouterr().out.count("is damaged") == 1


def test_a_program_whose_secrets_are_gone_is_not_started_without_them(root: Path) -> None:
    wanted(root, secrets="version-7")
    tender = Tender(root)
    assert looked(tender, lambda: (found := seen(root)) is not None and found.state == "waiting")
    found = seen(root)
    assert found
    assert "cannot be started" in found.last
    assert not found.pid


def test_a_program_that_ignores_the_signal_is_ended_by_force(root: Path) -> None:
    wanted(root, "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done", grace_s=0.2)
    tender = Tender(root)
    assert looked(tender, lambda: pid(root) > 0)
    time.sleep(0.3)
    wanted(root)
    assert looked(tender, lambda: (found := seen(root)) is not None and found.starts == 2)


def test_logs_are_put_aside_while_it_tends(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.log(root, "one").write_bytes(b"x" * (6 * 2**20))
    Tender(root).rotate_logs()
    assert folder.log(root, "one").stat().st_size == 0
    assert folder.log(root, "one").with_name("one.log.1").stat().st_size == 6 * 2**20
