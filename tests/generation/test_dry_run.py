"""The bill before the order: what is remembered between two of them never shows in what they say."""

from pathlib import Path

import pytest

from stackwright.generation.config import Config, Database, Platform, Style
from stackwright.generation.outputs import Output
from tasks import generation as effects
from tasks.model import check_model

MODEL = """\
stackwright: 1
name: shop
entities:
  Book:
    fields:
      title: {type: string, required: true}
  Tag:
    fields:
      name: {type: string}
"""
MODELS = (
    MODEL,
    MODEL.replace("required: true", "required: true, max_length: 7"),
    MODEL.replace("Tag", "Mark"),
)
CONFIGS = (
    Config(platforms=(Platform.BACKEND,), style=Style.MINIMAL),
    Config(platforms=(Platform.BACKEND,), style=Style.MINIMAL, database=Database.SQLITE),
    Config(platforms=(Platform.BACKEND,), style=Style.MINIMAL, entities=("Book",)),
)


@pytest.fixture(autouse=True)
def _nothing_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()


def forget() -> None:
    effects._measures.clear()
    effects._last.clear()


def bills() -> list[str]:
    """What each model comes to with each choice, one after the other."""
    return [
        estimate.model_dump_json() + plan.model_dump_json()
        for text in MODELS
        for plan, estimate in (
            effects.dry_run(check_model(text.encode(), "shop.yaml")[0], config, None)
            for config in CONFIGS
        )
    ]


def test_what_is_remembered_changes_no_bill() -> None:
    remembering = bills()
    assert bills() == remembering
    forget()
    assert bills() == remembering
    assert len(set(remembering)) == 8  # the book alone is the same whatever the other one is called


def test_the_same_bill_renders_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    content = Output.content

    def noted(self: Output) -> bytes:
        rendered.append(self.path)
        return content(self)

    monkeypatch.setattr(Output, "content", noted)
    first = bills()
    assert rendered
    rendered.clear()
    assert bills() == first
    assert rendered == []
