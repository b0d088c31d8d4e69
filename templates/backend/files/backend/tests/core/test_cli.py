"""Commands for whoever runs the application."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import cli
from app.accounts.models import User
from app.core.database import make_engine, make_sessions
from app.core.settings import Settings
from app.tables import Base


@pytest.fixture
def own(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a database that commands may commit to."""
    address = SecretStr(f"sqlite:///{tmp_path / 'cli.db'}")
    found = settings.model_copy(update={"database_url": address})
    engine = make_engine(found.sqlalchemy_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    monkeypatch.setattr(cli, "get_settings", lambda: found)
    monkeypatch.setenv("ADMIN_PASSWORD", "long enough")
    return found


def roles(settings: Settings) -> dict[str, list[str]]:
    engine = make_engine(settings.sqlalchemy_url)
    with make_sessions(engine)() as session:
        found = {user.email: user.roles for user in session.scalars(select(User))}
    engine.dispose()
    return found


def test_an_administrator_can_be_added(own: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["create-admin", "Ada@example.com", "--name", "Ada"]) == 0
    assert roles(own) == {"ada@example.com": ["admin"]}
    assert "can log in" in capsys.readouterr().out


def test_an_account_gets_the_roles_it_is_given(own: Settings) -> None:
    given = cli.ROLES[0]
    assert cli.main(["create-user", "bo@example.com", "--role", given]) == 0
    assert roles(own) == {"bo@example.com": [given]}


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("no-address", "long enough", "no e-mail address"),
        ("ada@example.com", "short", "at least"),
    ],
)
def test_what_is_no_account_is_refused(
    own: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    email: str,
    password: str,
    message: str,
) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    assert cli.main(["create-admin", email]) == 1
    assert message in capsys.readouterr().err
    assert roles(own) == {}


def test_an_account_is_not_added_twice(own: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["create-admin", "ada@example.com"]) == 0
    assert cli.main(["create-user", "ADA@example.com"]) == 1
    assert "already" in capsys.readouterr().err
    assert roles(own) == {"ada@example.com": ["admin"]}
