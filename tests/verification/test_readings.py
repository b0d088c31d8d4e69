"""What tools really print is read right: places, counts and figures."""

import json

import pytest

from stackwright.generation.config import Platform
from stackwright.generation.quality import MAX_PROBLEMS, Check, Outcome, Ran, Reader
from stackwright.generation.readings import judge

RUFF_FORMAT = """\
unformatted: File would be reformatted
 --> app/main.py:2:1
  |
1 | import os
2 +
  |

unformatted: File would be reformatted
  --> tests/test_x.py:3:1
   |

2 files would be reformatted, 1 file already formatted
"""
RUFF = json.dumps(
    [
        {
            "code": "I001",
            "filename": "backend/app/main.py",
            "location": {"column": 1, "row": 1},
            "message": "Import block is un-sorted or un-formatted",
        }
    ]
)
MYPY = """\
app/main.py:2: error: Incompatible types in assignment (expression has type "str")  [assignment]
app/main.py:2: note: See the documentation
app/main.py:3: error: Function is missing a type annotation  [no-untyped-def]
"""
PYTEST = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"
errors="1" failures="1" skipped="1" tests="5"><testcase classname="tests.test_x" name="test_good"
file="tests/test_x.py" line="2" time="0.001" /><testcase classname="tests.test_x" name="test_bad"
file="tests/test_x.py" line="4" time="0.001"><failure message="assert 1 == 2&#10; +  where 1 = f(1, 2)">tests/x
</failure></testcase><testcase classname="tests.test_x" name="test_more[1]" file="tests/test_x.py" line="6"
time="0.001" /><testcase classname="tests.test_x" name="test_skip" file="tests/test_x.py" line="8"
time="0.000"><skipped type="pytest.skip" message="unconditional skip">x</skipped></testcase><testcase
classname="tests.test_x" name="test_error" file="tests/test_x.py" line="12" time="0.000"><error
message="failed on setup with &quot;RuntimeError: no&quot;">x</error></testcase></testsuite></testsuites>"""
PRETTIER = """\
[warn] src/a.test.ts
[warn] src/a.ts
[warn] Code style issues found in 2 files. Run Prettier with --write to fix.
"""
TSC = """\
src/a.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.
src/b.test.ts(1,25): error TS2307: Cannot find module './missing' or its type.
"""
ESLINT = json.dumps(
    [
        {"filePath": "frontend/eslint.config.js", "messages": []},
        {
            "filePath": "frontend/src/b.js",
            "messages": [
                {
                    "ruleId": "no-unused-vars",
                    "severity": 2,
                    "message": "'unused' is assigned a value but never used.",
                    "line": 1,
                }
            ],
        },
    ]
)
VITEST = json.dumps(
    {
        "numTotalTests": 3,
        "numPassedTests": 1,
        "numFailedTests": 1,
        "numPendingTests": 1,
        "numTodoTests": 0,
        "testResults": [
            {
                "assertionResults": [
                    {
                        "fullName": "sum adds",
                        "status": "failed",
                        "failureMessages": ["AssertionError: expected 2 to be 3\n    at x.ts:2:58"],
                    },
                    {"fullName": "sum holds", "status": "passed", "failureMessages": []},
                    {"fullName": "sum waits", "status": "skipped", "failureMessages": []},
                ],
                "status": "failed",
                "message": "",
                "name": "frontend/src/a.test.ts",
            },
            {
                "assertionResults": [],
                "status": "failed",
                "message": "Cannot find module './missing'",
                "name": "frontend/src/b.test.ts",
            },
        ],
    }
)


def judged(
    reader: Reader,
    *,
    output: str = "",
    report: str = "",
    coverage: str = "",
    code: int | None = 1,
    **more: object,
) -> Outcome:
    platform = (
        Platform.FRONTEND if reader in ("prettier", "tsc", "eslint", "vitest") else Platform.BACKEND
    )
    check = Check(
        id=f"{platform}.x",
        platform=platform,
        title="X",
        proves="It works.",
        words=("/bin/tool", "run"),
        timeout_s=7,
        reader=reader,
        hint="Mend it.",
    )
    facts: dict[str, object] = {"ended": "exited", "seconds": 1.5, **more}
    ran = Ran.model_validate(
        {"code": code, "output": output, "report": report, "coverage": coverage, **facts}
    )
    return judge(check, ran)


@pytest.mark.parametrize(
    ("reader", "output", "report", "sentences"),
    [
        (
            "ruff_format",
            RUFF_FORMAT,
            "",
            ["backend/app/main.py: is not formatted", "backend/tests/test_x.py: is not formatted"],
        ),
        ("ruff_format", "Would reformat: app/x.py\n", "", ["backend/app/x.py: is not formatted"]),
        (
            "ruff",
            "",
            RUFF,
            ["backend/app/main.py:1: Import block is un-sorted or un-formatted [I001]"],
        ),
        (
            "mypy",
            MYPY,
            "",
            [
                'backend/app/main.py:2: Incompatible types in assignment (expression has type "str") [assignment]',
                "backend/app/main.py:3: Function is missing a type annotation [no-untyped-def]",
            ],
        ),
        (
            "pytest",
            "",
            PYTEST,
            [
                "backend/tests/test_x.py:5: assert 1 == 2 [test_bad]",
                'backend/tests/test_x.py:13: failed on setup with "RuntimeError: no" [test_error]',
            ],
        ),
        (
            "prettier",
            PRETTIER,
            "",
            ["frontend/src/a.test.ts: is not formatted", "frontend/src/a.ts: is not formatted"],
        ),
        (
            "tsc",
            TSC,
            "",
            [
                "frontend/src/a.ts:1: Type 'string' is not assignable to type 'number'. [TS2322]",
                "frontend/src/b.test.ts:1: Cannot find module './missing' or its type. [TS2307]",
            ],
        ),
        (
            "eslint",
            "",
            ESLINT,
            ["frontend/src/b.js:1: 'unused' is assigned a value but never used. [no-unused-vars]"],
        ),
        (
            "vitest",
            "",
            VITEST,
            [
                "frontend/src/b.test.ts: Cannot find module './missing'",
                "frontend/src/a.test.ts: AssertionError: expected 2 to be 3 [sum adds]",
            ],
        ),
    ],
)
def test_each_place_is_named(
    reader: Reader, output: str, report: str, sentences: list[str]
) -> None:
    outcome = judged(reader, output=output, report=report)
    assert outcome.state == "failed"
    assert [problem.sentence() for problem in outcome.problems] == sentences
    assert outcome.hint == "Mend it."


def test_tests_are_counted_without_skipped_ones() -> None:
    coverage = json.dumps({"totals": {"percent_covered": 91.234}})
    figures = judged("pytest", report=PYTEST, coverage=coverage).figures
    assert (figures.tests, figures.failed_tests, figures.skipped_tests) == (4, 2, 1)
    assert figures.coverage_percent == 91.2
    figures = judged("vitest", report=VITEST).figures
    assert (figures.tests, figures.failed_tests, figures.skipped_tests) == (2, 1, 1)


def test_nothing_found_and_code_zero_is_ok() -> None:
    outcome = judged("ruff", report="[]", code=0)
    assert (outcome.state, outcome.figures.lint_findings) == ("ok", 0)
    assert outcome.hint == ""


def test_a_failing_code_without_places_shows_the_tools_own_words() -> None:
    outcome = judged("mypy", output="\x1b[31merror: Cannot find config\x1b[0m\n", code=2)
    assert outcome.state == "failed"
    assert outcome.cause == "tool ended with code 2."
    assert outcome.lines == ("error: Cannot find config",)


def test_a_report_that_was_never_written_is_a_failure_with_the_output() -> None:
    outcome = judged("pytest", output="ImportError: no module\n", report="", code=4)
    assert outcome.cause == "tool ended with code 4."
    assert outcome.lines == ("ImportError: no module",)


def test_the_name_of_an_exception_is_where_the_telling_lines_begin() -> None:
    output = """\
alembic upgrade head
Traceback (most recent call last):
  File "env.py", line 3, in _handle_error
psycopg.OperationalError: server closed the connection
[SQL: CREATE INDEX x]
(Background on this error at: elsewhere)
"""
    outcome = judged("plain", code=1, output=output)
    assert outcome.lines[1:] == tuple(output.splitlines()[3:])


def test_no_test_at_all_is_a_failure() -> None:
    empty = '<testsuites><testsuite name="pytest" tests="0"/></testsuites>'
    assert judged("pytest", report=empty, code=0).cause == "No test ran."


@pytest.mark.parametrize(
    ("ended", "code", "cause"),
    [
        ("timeout", -15, "It was not done after 7 seconds and was ended."),
        ("cancelled", -15, "It was cancelled."),
        ("missing", None, "/bin/tool could not be started: gone."),
    ],
)
def test_what_did_not_end_by_itself_failed(ended: str, code: int | None, cause: str) -> None:
    outcome = judged("plain", output="gone", code=code, ended=ended)
    assert (outcome.state, outcome.cause) == ("failed", cause)


def test_only_the_first_problems_are_kept_and_the_rest_counted() -> None:
    lines = "".join(f"app/x.py:{n}: error: wrong  [misc]\n" for n in range(1, 31))
    outcome = judged("mypy", output=lines)
    assert len(outcome.problems) == MAX_PROBLEMS
    assert outcome.further == 30 - MAX_PROBLEMS
    assert outcome.figures.type_errors == 30
