"""What every road does: carry effects out, number the news."""

import errno
from pathlib import Path

import pytest

from flows.healing import can_heal
from flows.road import LocalRoad
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message, MessageKind, News
from tasks.alone import alone


async def test_the_local_road_calls_the_effect_and_gives_its_answer() -> None:
    assert await LocalRoad().do(divmod, 7, 2, name="Divide") == (3, 1)


async def test_messages_are_numbered_without_gaps_and_know_what_is_left() -> None:
    told: list[Message] = []
    road = LocalRoad(told.append)
    for done in range(4):
        await road.tell(News(kind=MessageKind.FILES, text="…", done=done, total=3))
    assert [message.number for message in told] == [1, 2, 3, 4]
    assert told[0].eta_s is None
    assert told[-1].eta_s == 0.0


@pytest.mark.parametrize(
    ("error", "heals"),
    [
        (OSError(errno.EIO, "input/output error"), True),
        (OSError(errno.ENOSPC, "no space"), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (OSError(errno.EACCES, "permission denied"), False),
        (OSError(errno.ENAMETOOLONG, "too long"), False),
        (ValueError("a bug"), False),
        (ProjectError.bad_input("a bad model"), False),
    ],
)
def test_only_failures_of_the_world_heal(error: Exception, heals: bool) -> None:
    assert can_heal(error) is heals


def test_a_project_error_is_judged_by_its_cause() -> None:
    error = ProjectError("Writing failed.")
    error.__cause__ = OSError(errno.ENOSPC, "no space")
    assert can_heal(error)


def test_two_generations_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    with alone(tmp_path / "out"):
        with (
            pytest.raises(ProjectError, match="is under way"),
            alone(tmp_path / "x" / ".." / "out"),
        ):
            pass
        with alone(tmp_path / "other"):
            pass
    with alone(tmp_path / "out"):
        pass
