"""A remembered list of outputs is the list that would be made again."""

from pathlib import Path

import pytest

from stackwright.generation import outputs as module
from stackwright.generation.config import Config, Style
from stackwright.generation.memory import KEPT, recall, remember
from stackwright.generation.outputs import Output, PackSource, outputs
from tests.generation.conftest import shop

BOOKS = shop(Book=["isbn", "title"])
ROW = ("demo", "a.jinja", "a", "project", "0123")


def shown(found: list[Output]) -> list[tuple[str, str, str]]:
    return [(output.path, output.unit, output.made_from) for output in found]


def test_the_second_list_is_the_first_without_looking_at_an_entity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = outputs(BOOKS, Config(), tmp_path)

    def never(_self: PackSource) -> list[Output]:
        raise AssertionError

    monkeypatch.setattr(module.PackSource, "outputs", never)
    second = outputs(BOOKS, Config(), tmp_path)
    assert shown(second) == shown(first)
    assert [output.render()[0] for output in second[:20]] == [o.render()[0] for o in first[:20]]


def test_another_model_or_choice_has_a_list_of_its_own(tmp_path: Path) -> None:
    first = outputs(BOOKS, Config(), tmp_path)
    assert shown(outputs(shop(Book=["isbn"]), Config(), tmp_path)) != shown(first)
    assert shown(outputs(BOOKS, Config(style=Style.MINIMAL), tmp_path)) != shown(first)


def test_a_damaged_memory_is_made_again(tmp_path: Path) -> None:
    first = outputs(BOOKS, Config(), tmp_path)
    (kept,) = (tmp_path / "outputs").glob("*.json")
    for damage in ("", "[1]", '[["demo", "gone.jinja", "a", "b", "c"]]', "{}"):
        kept.write_text(damage)
        assert shown(outputs(BOOKS, Config(), tmp_path)) == shown(first)


def test_only_the_newest_lists_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        remember(tmp_path, f"{number:03}", [ROW])
    assert len(list((tmp_path / "outputs").glob("*"))) == KEPT
    assert recall(tmp_path, f"{KEPT + 2:03}") == [ROW]
    assert recall(tmp_path, "unheard") is None


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file", "key", [ROW])
    assert recall(tmp_path / "file", "key") is None
