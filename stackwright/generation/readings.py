"""From what a tool said to what it means: problems with their places, and figures."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import chain
from typing import Any

from stackwright.generation.quality import (
    MAX_LINES,
    MAX_PROBLEMS,
    Check,
    Figures,
    Outcome,
    Problem,
    Ran,
    Reader,
)
from stackwright.value import Value

_TSC = re.compile(
    r"^(?P<file>[^\s(]+)\((?P<line>\d+),\d+\): error (?P<rule>TS\d+): (?P<message>.*)$"
)
_MYPY = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+)(?::\d+)?: error: (?P<message>.*?)(?:  \[(?P<rule>[\w-]+)\])?$"
)
_WOULD_REFORMAT = re.compile(
    r"^(?:Would reformat: (?P<old>\S+)|\[warn\] (?P<prettier>\S+)|\s*--> (?P<ruff>[^\s:]+):\d+:\d+)$"
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Reading(Value):
    """What a tool's words mean."""

    problems: tuple[Problem, ...] = ()
    figures: Figures = Figures()


def judge(check: Check, ran: Ran) -> Outcome:
    """The outcome of a check: ok only when the command ended by itself with 0 and nothing was found."""
    reading = _read(check.reader, ran)
    problems = tuple(_placed(problem, check) for problem in reading.problems)
    cause = _cause(check, ran, reading)
    return Outcome(
        id=check.id,
        platform=check.platform,
        title=check.title,
        proves=check.proves,
        state="failed" if cause else "ok",
        seconds=ran.seconds,
        cause=cause,
        problems=problems[:MAX_PROBLEMS] if cause else (),
        further=max(0, len(problems) - MAX_PROBLEMS) if cause else 0,
        lines=_telling_lines(ran.output) if cause and not problems else (),
        hint=check.hint if cause else "",
        figures=reading.figures,
    )


def _cause(check: Check, ran: Ran, reading: Reading) -> str:
    if ran.ended == "missing":
        return f"{check.words[0]} could not be started: {ran.output}."
    if ran.ended == "timeout":
        return f"It was not done after {check.timeout_s:.0f} seconds and was ended."
    if ran.ended == "cancelled":
        return "It was cancelled."
    if count := len(reading.problems):
        return f"{count} {'problem' if count == 1 else 'problems'}."
    if ran.code:
        return f"{_program(check)} ended with code {ran.code}."
    if check.reader in ("pytest", "vitest") and not reading.figures.tests:
        return "No test ran."
    return ""


def _placed(problem: Problem, check: Check) -> Problem:
    """With a path from the project's folder: tools speak of `app/x.py` or `backend/app/x.py`."""
    if not problem.file or problem.file.startswith(f"{check.platform}/"):
        return problem
    return problem.model_copy(update={"file": f"{check.platform}/{problem.file}"})


def _program(check: Check) -> str:
    return check.words[0].rsplit("/", 1)[-1]


def _telling_lines(output: str) -> tuple[str, ...]:
    """The last lines that say something: tools put the summary at the end."""
    lines = [line.rstrip() for line in _ANSI.sub("", output).splitlines() if line.strip()]
    errors = [i for i, line in enumerate(lines) if re.search(r"(?<!_)error\b", line, re.IGNORECASE)]
    first = max(0, errors[0] - 1) if errors else max(0, len(lines) - MAX_LINES)
    return tuple(line[:300] for line in lines[first : first + MAX_LINES])


def _read(reader: Reader, ran: Ran) -> Reading:
    if ran.ended != "exited":
        return Reading()
    try:
        return _READERS[reader](ran)
    except (ValueError, KeyError, TypeError, ET.ParseError):
        return Reading()  # no report: the exit code and the output speak for themselves


def _plain(_: Ran) -> Reading:
    return Reading()


def _ruff(ran: Ran) -> Reading:
    problems = tuple(
        Problem(
            file=item["filename"],
            line=(item.get("location") or {}).get("row", 0),
            rule=item.get("code") or "",
            message=item["message"],
        )
        for item in json.loads(ran.report)
    )
    return Reading(problems=problems, figures=Figures(lint_findings=len(problems)))


def _unformatted(ran: Ran) -> Reading:
    """Files that `ruff format --check` or `prettier --check` names."""
    found = (_WOULD_REFORMAT.match(line) for line in ran.output.splitlines())
    names = dict.fromkeys(name for match in found if match for name in match.groups() if name)
    return Reading(problems=tuple(Problem(file=n, message="is not formatted") for n in names))


def _mypy(ran: Ran) -> Reading:
    return _types(_MYPY, ran)


def _tsc(ran: Ran) -> Reading:
    return _types(_TSC, ran)


def _types(pattern: re.Pattern[str], ran: Ran) -> Reading:
    found = (pattern.match(line) for line in ran.output.splitlines())
    problems = tuple(
        Problem(file=m["file"], line=int(m["line"]), rule=m["rule"] or "", message=m["message"])
        for m in found
        if m
    )
    return Reading(problems=problems, figures=Figures(type_errors=len(problems)))


def _pytest(ran: Ran) -> Reading:
    cases = list(ET.fromstring(ran.report).iter("testcase"))  # noqa: S314 - our own report
    bad = [(case, node) for case in cases for node in case if node.tag in ("failure", "error")]
    skipped = sum(node.tag == "skipped" for case in cases for node in case)
    problems = tuple(
        Problem(
            file=case.get("file", ""),
            line=int(case.get("line", -1)) + 1,
            rule=case.get("name", ""),
            message=_first_line(node.get("message") or node.text or node.tag),
        )
        for case, node in bad
    )
    figures = Figures(
        tests=len(cases) - skipped,
        failed_tests=len({id(case) for case, _ in bad}),
        skipped_tests=skipped,
        coverage_percent=_coverage(ran.coverage),
    )
    return Reading(problems=problems, figures=figures)


def _coverage(text: str) -> float | None:
    """Percent of lines, from the JSON of coverage.py or of Vitest's `json-summary`."""
    if not text:
        return None
    data: dict[str, Any] = json.loads(text)
    if "totals" in data:
        return round(float(data["totals"]["percent_covered"]), 1)
    return round(float(data["total"]["lines"]["pct"]), 1)


def _eslint(ran: Ran) -> Reading:
    problems = tuple(
        Problem(
            file=file["filePath"],
            line=message.get("line") or 0,
            rule=message.get("ruleId") or "",
            message=_first_line(message["message"]),
        )
        for file in json.loads(ran.report)
        for message in file["messages"]
    )
    return Reading(problems=problems, figures=Figures(lint_findings=len(problems)))


def _vitest(ran: Ran) -> Reading:
    data: dict[str, Any] = json.loads(ran.report)
    files = data["testResults"]
    broken = (
        Problem(file=file["name"], message=_first_line(file.get("message") or "failed"))
        for file in files
        if file["status"] == "failed" and not file["assertionResults"]
    )
    failed = (
        Problem(
            file=file["name"],
            rule=case["fullName"],
            message=_first_line("".join(case.get("failureMessages") or ["failed"])),
        )
        for file in files
        for case in file["assertionResults"]
        if case["status"] == "failed"
    )
    figures = Figures(
        tests=data["numPassedTests"] + data["numFailedTests"],
        failed_tests=data["numFailedTests"],
        skipped_tests=data["numPendingTests"] + data["numTodoTests"],
        coverage_percent=_coverage(ran.coverage),
    )
    return Reading(problems=tuple(chain(broken, failed)), figures=figures)


def _first_line(text: str) -> str:
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return lines[0][:300] if lines else ""


_READERS: dict[Reader, Callable[[Ran], Reading]] = {
    "plain": _plain,
    "ruff": _ruff,
    "ruff_format": _unformatted,
    "mypy": _mypy,
    "pytest": _pytest,
    "prettier": _unformatted,
    "eslint": _eslint,
    "tsc": _tsc,
    "vitest": _vitest,
}
