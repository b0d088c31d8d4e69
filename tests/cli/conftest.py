"""The command line as tests use it, and a server for it to speak to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from app.application import make_app
from app.cli import api, following
from app.cli.commands import run
from app.edge.settings import Settings
from tests.api.conftest import database_url, server
from tests.api.world import BASE, GENEROUS, Clock, World
from tests.cli.far import Far

__all__ = ["database_url", "server"]  # one PostgreSQL for all tests


class Asked:
    """Runs one command line in this process and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> "Asked":
        self.code = run([str(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        return self

    @property
    def flat(self) -> str:
        """What it said, without the line breaks of a narrow terminal."""
        return " ".join((self.out + self.err).split())

    @property
    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.out)
        return answer


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Asked:
    """The command line."""
    return Asked(capsys)


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("STACKWRIGHT_URL", "STACKWRIGHT_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def far(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """A server with a database of its own."""
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", str(tmp_path / "artifacts"))
    settings = Settings(
        database_url=SecretStr(database_url),
        secret_key=SecretStr("k" * 32),
        public_url=BASE,
        limits=GENEROUS,
    )
    clock = Clock()
    made = Far(World(make_app(settings, now=clock), settings, clock), tmp_path / "builds")
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory()
    )  # its log is not what people see
    with made.open():
        yield made
    structlog.reset_defaults()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    for module in (api, following):
        monkeypatch.setattr(module, "PATIENCE_S", 0.4)


@pytest.fixture
def token(far: Far, monkeypatch: pytest.MonkeyPatch) -> str:
    """The token of Ann, in the environment."""
    made = far.token()
    monkeypatch.setenv("STACKWRIGHT_TOKEN", made)
    monkeypatch.setenv("STACKWRIGHT_URL", far.address)
    return made
