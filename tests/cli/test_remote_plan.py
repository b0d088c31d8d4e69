"""`generate --server --dry-run`: what a server would do, and that it keeps nothing of it."""

from pathlib import Path
from uuid import uuid4

import pytest

from stackwright.access.rights import Scope
from stackwright.access.tokens import Kind, secret_text
from tests.cli.conftest import Asked
from tests.cli.far import Far
from tests.cli.test_generation import WITH_PRICE, files, model

__all__ = ["model"]
pytestmark = pytest.mark.services

SMALL = ("--database", "sqlite", "--platforms", "backend", "--no-docker")
BOOK = "backend/app/models/book.py"
TOKEN = secret_text(Kind.TOKEN, bytes(32))  # of nobody


def test_a_dry_run_on_a_server_shows_what_one_here_shows_and_leaves_nothing(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("generate", model, "--out", out, *SMALL)
    for more in ((), ("--all",), ("--json",)):
        there = ask(*words, "--dry-run", *more)
        assert (there.code, there.err) == (0, "")
        told = there.out
        assert told == ask(*words, "--dry-run", *more, "--server", "").out
    assert far.ask(token, "GET", "/projects")["projects"] == []
    assert ask(*words).code == 0
    model.write_text(WITH_PRICE, "utf-8")
    there = ask("generate", model, "--out", out, "--dry-run", "--json")
    planned = there.json
    assert (
        planned == ask("generate", model, "--out", out, "--dry-run", "--json", "--server", "").json
    )
    assert planned["counts"] != {"unchanged": len(files(out))}
    [project] = far.ask(token, "GET", "/projects")["projects"]
    assert (project["model"], project["runs"]) == (1, 1)


def test_a_dry_run_on_a_server_ends_as_one_here_when_it_is_refused(
    far: Far, ask: Asked, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("generate", model, "--out", tmp_path / "out", "--dry-run", "--server", far.address)
    assert ask(*words).code == 2  # no token
    monkeypatch.setenv("STACKWRIGHT_TOKEN", TOKEN)
    assert ask(*words).code == 1
    monkeypatch.setenv("STACKWRIGHT_TOKEN", far.token(scopes=[Scope.PROJECTS_READ]))
    assert ask(*words).code == 0  # reading is enough
    gap = ask(*words, "--entities", "Book")
    assert (gap.code, "Book needs Author" in gap.flat) == (2, True)
    unknown = ask(*words, "--project", uuid4())
    assert (unknown.code, "There is no such project" in unknown.flat) == (1, True)


def test_a_token_is_of_use_with_a_server_alone(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    alone = ask("generate", model, "--out", tmp_path / "out", "--server", "", "--project", uuid4())
    assert (alone.code, "with --server alone" in alone.flat) == (2, True)
