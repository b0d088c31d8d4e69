"""Sample rows keep every rule, are loaded once, and stay out of production."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import sample_data
from app.core.settings import Settings
from tests.world import World


def test_every_row_is_accepted(session: Session, settings: Settings) -> None:
    lines = sample_data.load(session, settings)
    assert lines[-1].startswith("Loaded ")
    for names in sample_data.ENTITIES:
        kind = sample_data._kind(*names)
        found = session.scalars(select(func.count()).select_from(kind.resource.model)).one()
        assert found == len(kind.documents)


def test_nothing_is_loaded_twice(session: Session, settings: Settings) -> None:
    if any(sample_data._kind(*names).documents for names in sample_data.ENTITIES):
        sample_data.load(session, settings)
        assert "nothing was loaded" in sample_data.load(session, settings)[0]


def test_the_rows_show_in_the_api(world: World, session: Session, settings: Settings) -> None:
    sample_data.load(session, settings)
    session.commit()
    for names in sample_data.ENTITIES:
        kind = sample_data._kind(*names)
        page = world.get(f"/api/v1/{kind.resource.path}", size=100).json()
        assert page["total"] == len(kind.documents)


def test_passwords_come_from_the_environment_or_are_made_up(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_PASSWORD", "given-to-all")
    lines = sample_data.load(session, settings)
    assert not any("given-to-all" in line for line in lines)


def test_production_refuses_sample_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    strict = settings.model_copy(update={"environment": "production"})
    monkeypatch.setattr(sample_data, "get_settings", lambda: strict)
    assert sample_data.main() == 1
    assert "nothing was loaded" in capsys.readouterr().err
