"""One Prefect for all tests of this folder, and a small shop to generate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import (
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_RESULTS_LOCAL_STORAGE_PATH,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from tasks import generation as effects

STARTUP_S = 120  # under load the temporary server takes longer than Prefect's 20 s

SHOP = """\
stackwright: 1
name: shop
title: Shop
entities:
  Author:
    fields:
      name: {type: string, required: true, max_length: 80}
  Book:
    fields:
      title: {type: string, required: true, max_length: 200}
    relations:
      author: {kind: many_to_one, target: Author, inverse: books, required: true}
"""


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A temporary Prefect server for the whole session."""
    with prefect_test_harness(server_startup_timeout=STARTUP_S):
        yield


@pytest.fixture
def orchestrator(
    prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The session's Prefect with results and compiled templates of this test alone."""
    monkeypatch.setattr("tasks.history.history_file", lambda: tmp_path / "history.jsonl")
    settings = {
        PREFECT_RESULTS_LOCAL_STORAGE_PATH: tmp_path / "results",
        PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    effects._last.clear()
    with temporary_settings(settings):
        yield


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small model on disk."""
    path = tmp_path / "shop.stackwright.yaml"
    path.write_text(SHOP, "utf-8")
    return path
