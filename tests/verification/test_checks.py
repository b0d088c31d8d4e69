"""Which commands prove a project depends on what lies in its folder and on what is asked for."""

from stackwright.generation.checks import Choice, Places, checks, fuzz, migrations
from stackwright.generation.config import Database, Platform
from stackwright.generation.quality import Facts, Figures, Outcome, measure, report, skipped

PLACES = Places(scratch="/s", cache="/c", python="/py", node="/node", modules="/mod")


def facts(**changes: object) -> Facts:
    return Facts.model_validate(
        {
            "name": "shop",
            "platforms": (Platform.BACKEND, Platform.FRONTEND),
            "database": Database.POSTGRESQL,
            "python_tests": True,
            "script_tests": True,
            **changes,
        }
    )


def ids(found: Facts, choice: Choice | None = None) -> list[str]:
    return [check.id for check in checks(found, choice or Choice(), PLACES)]


def test_everything_that_is_there_is_checked() -> None:
    assert ids(facts()) == [
        "backend.format",
        "backend.lint",
        "backend.types",
        "backend.tests",
        "frontend.format",
        "frontend.types",
        "frontend.lint",
        "frontend.tests",
        "frontend.build",
    ]


def test_tests_are_run_where_there_are_some() -> None:
    found = ids(facts(python_tests=False, script_tests=False))
    assert "backend.tests" not in found
    assert "frontend.tests" not in found


def test_only_what_is_asked_for_and_there_is_checked() -> None:
    chosen = Choice(only=(Platform.FRONTEND,))
    assert {name.split(".")[0] for name in ids(facts(), chosen)} == {"frontend"}
    assert ids(facts(platforms=(Platform.BACKEND,)), chosen) == []


def test_a_quick_verification_builds_nothing() -> None:
    assert "frontend.build" not in ids(facts(), Choice(quick=True))
    assert not migrations(PLACES, Database.POSTGRESQL, "").is_quick
    assert migrations(PLACES, Database.SQLITE, "").is_quick


def test_tools_write_to_the_scratch_folder_or_the_cache_only() -> None:
    for check in (*checks(facts(), Choice(), PLACES), fuzz(PLACES, "http://x/openapi.json")):
        for path in (check.report, check.coverage, check.bundle):
            assert path == "" or path.startswith("/s/")
        assert check.timeout_s > 0
        assert check.proves.endswith(".")


def outcome(state: str, **changes: object) -> Outcome:
    return Outcome.model_validate(
        {
            "id": "backend.tests",
            "platform": Platform.BACKEND,
            "title": "Tests",
            "proves": "They pass.",
            "state": state,
            **changes,
        }
    )


def test_a_report_is_ok_only_when_something_was_proved_and_nothing_failed() -> None:
    assert report(facts(), [outcome("ok"), outcome("skipped")], {}, 1.0).ok
    assert not report(facts(), [outcome("ok"), outcome("failed")], {}, 1.0).ok
    assert not report(facts(), [outcome("skipped")], {}, 1.0).ok
    assert not report(facts(), [], {}, 1.0).ok


def test_figures_of_all_checks_come_together() -> None:
    measured = {Platform.BACKEND: Figures(files=3)}
    tests = outcome("ok", figures=Figures(tests=5, coverage_percent=90.0))
    lint = outcome("ok", figures=Figures(lint_findings=0))
    figures = report(facts(), [tests, lint], measured, 1.0).figures[Platform.BACKEND]
    assert (figures.files, figures.tests, figures.lint_findings) == (3, 5, 0)


def test_a_skipped_check_says_why_and_what_to_do() -> None:
    check = migrations(PLACES, Database.MYSQL, "")
    left_out = skipped(check, "No server.", "Install one.")
    assert (left_out.state, left_out.cause, left_out.hint) == (
        "skipped",
        "No server.",
        "Install one.",
    )


def test_complexity_is_measured_in_code_and_not_in_tests() -> None:
    branches = "def f(a):\n    if a:\n        return 1\n    return 2\n"
    many = "def test_x(a):\n" + "".join(f"    if a == {n}: pass\n" for n in range(9))
    texts = {"app/a.py": branches, "tests/test_a.py": many, "app/broken.py": "def (", "x.ts": "a\n"}
    figures = measure(texts)
    assert (figures.files, figures.complexity_max, figures.complexity_mean) == (4, 2, 2.0)
    assert figures.complexity_where == "app/a.py:1 f"
    assert figures.lines == sum(text.count("\n") for text in texts.values())
    assert measure({}).complexity_max is None
