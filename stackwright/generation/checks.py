"""Which commands prove a generated project, by what lies in its folder."""

from collections.abc import Iterator

from stackwright.generation.config import Database, Platform
from stackwright.generation.quality import Check, Facts
from stackwright.value import Value

BACKEND, FRONTEND = Platform.BACKEND, Platform.FRONTEND
_FORMAT_HINT = "Generated files come formatted: format what you wrote or edited."
_BUG_HINT = "If you did not edit this file, please report it with your model."


class Places(Value):
    """Where tools lie and where they may write."""

    scratch: str  # reports, data files
    cache: str  # what a second verification reuses
    own: str = ""  # the Python that runs Stackwright
    python: str = ""  # folder of the back end's own programs
    node: str = ""  # folder of `node`
    modules: str = ""  # folder of the front end's own programs


class Choice(Value):
    """What a verification is asked to do."""

    only: tuple[Platform, ...] = ()  # none given: all that are there
    quick: bool = False  # leave out what takes longest: tests on PostgreSQL, builds, live checks
    live: bool = True  # start the back end and talk to it
    fuzz: bool = False  # also with inputs invented by schemathesis


def checks(facts: Facts, choice: Choice, places: Places) -> tuple[Check, ...]:
    """The commands that prove this project, in an order that fails early."""
    wanted = choice.only or facts.platforms
    found = [
        *(_backend(facts, places) if BACKEND in wanted and BACKEND in facts.platforms else ()),
        *(_frontend(facts, places) if FRONTEND in wanted and FRONTEND in facts.platforms else ()),
    ]
    return tuple(check for check in found if check.is_quick or not choice.quick)


def _backend(facts: Facts, places: Places) -> Iterator[Check]:
    bin_, out, env = places.python, places.scratch, {"PYTHONDONTWRITEBYTECODE": "1"}
    yield Check(
        id="backend.format",
        platform=BACKEND,
        title="Format",
        proves="ruff format finds nothing to change.",
        words=(f"{bin_}/ruff", "format", "--check", "--no-cache", "."),
        timeout_s=120,
        reader="ruff_format",
        hint=_FORMAT_HINT,
    )
    yield Check(
        id="backend.lint",
        platform=BACKEND,
        title="Lint",
        proves="ruff check finds nothing, with the project's own rules.",
        words=(
            f"{bin_}/ruff",
            *"check --no-cache --no-fix --output-format=json".split(),
            f"--output-file={out}/ruff.json",
            ".",
        ),
        timeout_s=120,
        reader="ruff",
        report=f"{out}/ruff.json",
        hint=_BUG_HINT,
    )
    yield Check(
        id="backend.types",
        platform=BACKEND,
        title="Types",
        proves="mypy --strict finds nothing.",
        words=(
            f"{bin_}/mypy",
            *"--strict --no-error-summary --no-color-output --hide-error-context".split(),
            f"--cache-dir={places.cache}/mypy",
            ".",
        ),
        env=env,
        timeout_s=600,
        reader="mypy",
        hint=_BUG_HINT,
    )
    if facts.python_tests:
        yield Check(
            id="backend.tests",
            platform=BACKEND,
            title="Tests",
            proves="The back end's own tests pass.",
            words=(
                f"{bin_}/python",
                *"-m pytest -q --tb=short -p no:cacheprovider -o junit_family=xunit1".split(),
                f"--junitxml={out}/pytest.xml",
                *"--cov=app --cov-report=".split(),
                f"--cov-report=json:{out}/coverage.json",
            ),
            env={**env, "COVERAGE_FILE": f"{out}/coverage.data"},
            timeout_s=1200,
            reader="pytest",
            report=f"{out}/pytest.xml",
            coverage=f"{out}/coverage.json",
            hint=_BUG_HINT,
        )


def migrations(places: Places, database: Database, url: str) -> Check:
    """Alembic goes up, finds the tables to be as the models say, and goes down again."""
    steps = "upgrade head", "check", "downgrade base", "upgrade head"
    program = (
        "import sys\n"
        "from alembic.config import main\n"
        f"for step in {steps!r}:\n"
        "    print('alembic', step, flush=True)\n"
        "    main(step.split(), prog='alembic')\n"
    )
    name = {
        Database.SQLITE: "SQLite",
        Database.POSTGRESQL: "PostgreSQL",
        Database.MYSQL: "MySQL",
    }.get(database, database)
    return Check(
        id=f"backend.migrations.{database}",
        platform=BACKEND,
        title=f"Migrations on {name}",
        proves=f"Alembic upgrades, agrees with the models and downgrades on {name}.",
        words=(f"{places.python}/python", "-c", program),
        env={"PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": url},
        timeout_s=180,
        hint=_BUG_HINT,
        is_quick=database is Database.SQLITE,
    )


def _frontend(facts: Facts, places: Places) -> Iterator[Check]:
    bin_, out = places.modules, places.scratch
    yield Check(
        id="frontend.format",
        platform=FRONTEND,
        title="Format",
        proves="Prettier finds nothing to change.",
        words=(f"{bin_}/prettier", "--check", "--log-level=warn", "."),
        timeout_s=300,
        reader="prettier",
        hint=_FORMAT_HINT,
    )
    yield Check(
        id="frontend.types",
        platform=FRONTEND,
        title="Types",
        proves="tsc --strict finds nothing.",
        words=(f"{bin_}/tsc", "--noEmit", "--pretty", "false"),
        timeout_s=600,
        reader="tsc",
        hint=_BUG_HINT,
    )
    yield Check(
        id="frontend.lint",
        platform=FRONTEND,
        title="Lint",
        proves="ESLint finds nothing, warnings included, with the project's own rules.",
        words=(
            f"{bin_}/eslint",
            *". --max-warnings 0 --format json --output-file".split(),
            f"{out}/eslint.json",
        ),
        timeout_s=600,
        reader="eslint",
        report=f"{out}/eslint.json",
        hint=_BUG_HINT,
    )
    if facts.script_tests:
        yield Check(
            id="frontend.tests",
            platform=FRONTEND,
            title="Tests",
            proves="The front end's own tests pass.",
            words=(
                f"{bin_}/vitest",
                *"run --reporter=json --reporter=dot".split(),  # dot tells errors outside of tests
                f"--outputFile={out}/vitest.json",
            ),
            timeout_s=1200,
            reader="vitest",
            report=f"{out}/vitest.json",
            hint=_BUG_HINT,
        )
    yield Check(
        id="frontend.build",
        platform=FRONTEND,
        title="Build",
        proves="Vite builds the front end for production.",
        words=(f"{bin_}/vite", "build", "--outDir", f"{out}/dist", "--emptyOutDir"),
        timeout_s=600,
        bundle=f"{out}/dist",
        hint=_BUG_HINT,
        is_quick=False,
    )


def fuzz(places: Places, document: str) -> Check:
    """Inputs invented from the OpenAPI document never make the back end fail or break its own word."""
    return Check(
        id="backend.fuzz",
        platform=BACKEND,
        title="Fuzz",
        proves="Schemathesis finds no server error and no answer that the OpenAPI document rules out.",
        words=(
            places.own,
            *"-m uv tool run schemathesis run --max-examples 20 --no-color".split(),
            *"--checks not_a_server_error,response_schema_conformance".split(),
            document,
        ),
        timeout_s=600,
        hint=_BUG_HINT,
        is_quick=False,
    )
