"""Sample rows keep every rule, are loaded once, and stay out of production."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import sample_data
from app.catalog import CATALOG
from app.core.settings import Settings
from tests.world import World


def test_every_row_is_accepted(session: Session, settings: Settings) -> None:
    lines = sample_data.load(session, settings)
    assert lines[-1].startswith("Loaded ")
    for entry in CATALOG:
        found = session.scalars(select(func.count()).select_from(entry.resource.model)).one()
        assert found == len(sample_data.documents(entry))


def test_nothing_is_loaded_twice(session: Session, settings: Settings) -> None:
    sample_data.load(session, settings)
    again = sample_data.load(session, settings)
    assert "nothing was loaded" in again[0] or not any(map(sample_data.documents, CATALOG))


def test_the_rows_show_in_the_api(world: World, session: Session, settings: Settings) -> None:
    sample_data.load(session, settings)
    session.commit()
    for entry in CATALOG:
        page = world.get(f"/api/v1/{entry.resource.path}", size=100).json()
        assert page["total"] == len(sample_data.documents(entry))


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
