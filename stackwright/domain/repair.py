"""YAML that is not quite YAML: what is wrong, and how to go on with the rest of the file."""

import re
from collections.abc import Iterator

import yaml

from stackwright.domain.report import Place, Report

BROKEN = "!stackwright-broken"  # tag that stands for the value of a line that was taken out
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is eight times as fast

_MAX_YAML_ERRORS = 25
_MAX_REPAIRS = 120  # attempts in all
_TABS = ("A tab stands where YAML wants spaces.", "Indent with spaces.")
_TABBED = re.compile(r"( *)\t[ \t]*(?=\S)")
_KEY = re.compile(r"(\s*)([A-Za-z_][A-Za-z_0-9]*)\s*:(\s|$)")
_TIGHT = re.compile(r"^(\s*[A-Za-z_][A-Za-z_0-9]*):([^\s:/])")


def compose_lines(lines: list[str], report: Report) -> yaml.Node | None:
    """Compose; after each error take out what is wrong and try again."""
    repairs = 0
    for _ in range(_MAX_YAML_ERRORS):
        root, error = _attempt(lines)
        if error is None:
            return root
        best: tuple[int, list[str], Place] | None = None
        for repaired, place in _repairs(lines, error):
            repairs += 1
            _, further = _attempt(repaired)
            reached = len(lines) + 1 if further is None else _line(further)
            if best is None or reached > best[0]:
                best = (reached, repaired, place)
            if further is None or repairs > _MAX_REPAIRS:
                break
        line, column = _line(error), _column(error)
        place = Place(line + 1, column + 1) if best is None else best[2]
        number = min(place.line, len(lines)) - 1
        message, hint = _explained(error, lines[number], "" if best is None else best[1][number])
        report.error("", message, hint, at=place)
        if best is None or repairs > _MAX_REPAIRS:
            return None
        lines[:] = best[1]
    return None


def _spaced(tabbed: re.Match[str]) -> str:
    return tabbed[0].replace("\t", "  ")


def _attempt(lines: list[str]) -> tuple[yaml.Node | None, yaml.YAMLError | None]:
    try:
        return yaml.compose("\n".join(lines), Loader=LOADER), None
    except yaml.YAMLError as error:
        return None, error
    except (RecursionError, ValueError) as error:  # such as an escape of no character
        return None, yaml.YAMLError(str(error))


def _repairs(lines: list[str], error: yaml.YAMLError) -> Iterator[tuple[list[str], Place]]:
    """The text with one suspicious line put right or taken out, the gentlest first; and its place."""
    if "single document" in str(getattr(error, "context", "")):
        cut = _line(error)
        yield [*lines[:cut], *([""] * (len(lines) - cut))], Place(cut + 1, 1)
        return
    problem = min(_line(error), len(lines) - 1)
    if tabbed := _TABBED.match(lines[problem]):
        yield [_TABBED.sub(_spaced, line) for line in lines], Place(problem + 1, tabbed.end(1) + 1)
    context = getattr(error, "context_mark", None)
    above = _above(lines, problem)
    suspects = [problem, above]
    if context is not None and context.line < len(lines):
        suspects.append(context.line)
    for suspect in dict.fromkeys(suspects):
        line = lines[suspect]
        if line.strip():
            column = _column(error) if suspect == problem else len(line) - len(line.lstrip())
            place = Place(suspect + 1, min(column, len(line)) + 1)
            for repaired in _gently(lines, suspect, is_problem=suspect == problem):
                yield [*lines[:suspect], repaired, *lines[suspect + 1 :]], place
    for suspect in dict.fromkeys(suspects):
        line = lines[suspect]
        if line.strip():
            column = _column(error) if suspect == problem else len(line) - len(line.lstrip())
            place = Place(suspect + 1, min(column, len(line)) + 1)
            key = _KEY.match(line)
            is_new = key is not None and BROKEN not in line
            stub = f"{_indent(lines, suspect)}{key[2]}: {BROKEN} ''" if key and is_new else ""
            yield _without(lines, suspect, stub), place


def _gently(lines: list[str], number: int, *, is_problem: bool) -> Iterator[str]:
    """A line without its tabs, with a space behind its colon, indented like its neighbours."""
    line = lines[number]
    if "\t" in line:
        yield _indent(lines, number) + line.strip().replace("\t", " ")
    if _TIGHT.match(line):
        yield _TIGHT.sub(r"\1: \2", line)
    above = lines[_above(lines, number)]
    indent = above[: len(above) - len(above.lstrip())]
    if is_problem and not line.startswith(f"{indent}{line.strip()[:1]}") and "\t" not in indent:
        yield f"{indent}  {line.strip()}" if above.rstrip().endswith(":") else indent + line.strip()


def _above(lines: list[str], number: int) -> int:
    """The next line above that is not empty."""
    number -= 1
    while number > 0 and not lines[number].strip():
        number -= 1
    return max(number, 0)


def _indent(lines: list[str], number: int) -> str:
    """The spaces before a line; if there are tabs among them, those of the line above."""
    while number > 0:
        bare = lines[number].lstrip()
        before = lines[number][: len(lines[number]) - len(bare)]
        if bare and "\t" not in before:
            return before
        number -= 1
    return ""


def _without(lines: list[str], number: int, stub: str) -> list[str]:
    """The lines with one, and everything indented below it, taken out."""
    indent = len(lines[number]) - len(lines[number].lstrip())
    end = number + 1
    while end < len(lines):
        bare = lines[end].lstrip()
        if bare and len(lines[end]) - len(bare) <= indent:
            break
        end += 1
    return [*lines[:number], stub, *([""] * (end - number - 1)), *lines[end:]]


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line if mark is not None else 0


def _column(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.column if mark is not None else 0


def _explained(error: yaml.YAMLError, line: str, repaired: str) -> tuple[str, str]:
    """A sentence and a hint for what a YAML parser says of a line, and what put it right."""
    context = str(getattr(error, "context", "") or "")
    problem = str(getattr(error, "problem", "") or error).strip()
    whole = f"{context} {problem}"
    if "single document" in whole:
        return "The file holds a second YAML document.", "Delete the line `---` and what follows."
    if "\t" in line and ("\\t" in whole or "tab" in problem or "cannot start" in problem):
        return _TABS
    if line.strip() == repaired.strip() and "\t" not in line:
        spaces = len(repaired) - len(repaired.lstrip())
        hint = f"Indent it by {spaces} spaces, if it belongs to them."
        return "This line is indented unlike its neighbours.", hint
    if _TIGHT.match(line):
        return "This is no valid YAML: a space is missing behind the colon.", "Write `name: value`."
    if "flow mapping" in context or "flow sequence" in context:
        pair = "{ }" if "mapping" in context else "[ ]"
        return (
            "This is no valid YAML: brackets or commas do not match.",
            f"Look for a missing part of {pair}.",
        )
    if "quoted scalar" in context:
        return (
            "This is no valid YAML: a quotation mark is not closed.",
            "Close it on the same line.",
        )
    if "mapping values" in problem:
        return (
            "This is no valid YAML: a colon is not expected here.",
            "Put texts with a colon in quotes, and look at the indentation.",
        )
    if "block mapping" in context or "block collection" in context or "block end" in problem:
        return "This is no valid YAML here.", "Look at the indentation of this and the line above."
    if "simple key" in context or "simple key" in problem:
        return "This is no valid YAML: a colon is missing.", "Write `name: value`."
    return f"This is no valid YAML: {problem}.", "Correct the line."
