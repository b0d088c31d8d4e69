"""From the text of a model file to YAML nodes, whatever the text is.

A line that is no YAML is reported and taken out, so that the rest of the file is still checked.
"""

import re
from collections.abc import Iterator

import yaml

from stackwright.domain.report import Place, Report

BROKEN = "!stackwright-broken"  # tag that stands for the value of a line that was taken out

_MAX_CHARACTERS = 2_000_000
_MAX_DEPTH = 24  # of nested values; the language itself needs 8
_MAX_YAML_ERRORS = 25
_MAX_REPAIRS = 60  # attempts in all
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is eight times as fast
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff\U000f0000-\U0010ffff]"
)
_TAGS = {BROKEN, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))}
_KEY = re.compile(r"(\s*)([A-Za-z_][A-Za-z_0-9]*)\s*:(\s|$)")
_NESTING = re.compile(r"[\[{]|[\]}]|(?:^|(?<=[\s?-]))[-?](?=\s)")


def forbidden(text: str) -> re.Match[str] | None:
    """The first character that may not stand in a model, not even escaped.

    Control characters, those that turn the direction of writing, and the private-use ones that the
    layout of generated files needs for itself.
    """
    return _FORBIDDEN.search(text)


def compose(content: str | bytes, report: Report) -> yaml.Node | None:
    """The root node of a model file; None when there is nothing to read."""
    text = _decoded(content, report) if isinstance(content, bytes) else content
    if len(text) > _MAX_CHARACTERS:
        report.error("", f"The file is larger than {_MAX_CHARACTERS:,} characters.")
        return None
    text = _without_forbidden(text.removeprefix("\ufeff"), report)
    lines = re.split(r"\r\n|\r|\n", text.replace(BROKEN, "?" * len(BROKEN)))
    if _too_deep(lines):
        report.error("", f"Values are nested more than {_MAX_DEPTH} deep.")
        return None
    root = _compose_lines(lines, report)
    if root is None or not _is_tree(root, lines, report):
        return None
    return root


def start(node: yaml.Node) -> Place:
    """Where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _decoded(content: bytes, report: Report) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        place = Place(before.count("\n") + 1, error.start - content.rfind(b"\n", 0, error.start))
        report.error("", "The file is not UTF-8 text.", "Save it as UTF-8.", at=place)
        return content.decode("utf-8", "replace")


def _without_forbidden(text: str, report: Report) -> str:
    if forbidden(text) is None:
        return text
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        for found in _FORBIDDEN.finditer(line):
            report.error(
                "",
                f"The character U+{ord(found[0]):04X} is not allowed in a model.",
                "Delete it; it is invisible or private to one font.",
                at=Place(number, found.start() + 1),
            )
    return _FORBIDDEN.sub("?", text)


def _too_deep(lines: list[str]) -> bool:
    """Whether brackets or indentation nest deeper than any model does; C code does not check this."""
    depth = 0
    indents: list[int] = []
    for line in lines:
        bare = line.lstrip(" ")
        if not bare or bare.startswith("#"):
            continue
        indent = len(line) - len(bare)
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        inline = 0
        for found in _NESTING.finditer(line):
            if found[0] in "[{":
                depth += 1
            elif found[0] in "]}":
                depth = max(0, depth - 1)
            else:
                inline += 1
        if max(depth, inline) + len(indents) > 4 * _MAX_DEPTH:
            return True
    return False


def _compose_lines(lines: list[str], report: Report) -> yaml.Node | None:
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
        message, hint = _explained(error)
        report.error("", message, hint, at=place)
        if best is None or repairs > _MAX_REPAIRS:
            return None
        lines[:] = best[1]
    return None


def _attempt(lines: list[str]) -> tuple[yaml.Node | None, yaml.YAMLError | None]:
    try:
        return yaml.compose("\n".join(lines), Loader=_LOADER), None
    except yaml.YAMLError as error:
        return None, error
    except (RecursionError, ValueError) as error:  # such as an escape of no character
        return None, yaml.YAMLError(str(error))


def _repairs(lines: list[str], error: yaml.YAMLError) -> Iterator[tuple[list[str], Place]]:
    """The text with one suspicious line taken out, the likeliest first; and where that line is."""
    if "single document" in str(getattr(error, "context", "")):
        cut = _line(error)
        yield [*lines[:cut], *([""] * (len(lines) - cut))], Place(cut + 1, 1)
        return
    problem = min(_line(error), len(lines) - 1)
    context = getattr(error, "context_mark", None)
    suspects = [problem]
    if context is not None and context.line < len(lines):
        suspects.append(context.line)
    previous = problem - 1
    while previous > 0 and not lines[previous].strip():
        previous -= 1
    suspects.append(max(previous, 0))
    for suspect in dict.fromkeys(suspects):
        line = lines[suspect]
        if not line.strip():
            continue
        column = _column(error) if suspect == problem else len(line) - len(line.lstrip())
        place = Place(suspect + 1, min(column, len(line)) + 1)
        indent = _indent(lines, suspect)
        if "\t" in line:
            yield [*lines[:suspect], indent + line.strip(), *lines[suspect + 1 :]], place
        key = _KEY.match(line)
        if key is not None and BROKEN not in line:
            stub = f"{indent}{key[2]}: {BROKEN} ''"
            yield _without(lines, suspect, stub), place
        else:
            yield _without(lines, suspect, ""), place


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


def _explained(error: yaml.YAMLError) -> tuple[str, str]:
    """A sentence and a hint for what a YAML parser says."""
    context = str(getattr(error, "context", "") or "")
    problem = str(getattr(error, "problem", "") or error).strip()
    whole = f"{context} {problem}"
    if "single document" in whole:
        return "The file holds a second YAML document.", "Delete the line `---` and what follows."
    if "\\t" in whole or "tab" in problem:
        return "A tab stands where YAML wants spaces.", "Indent with spaces."
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


def _is_tree(root: yaml.Node, lines: list[str], report: Report) -> bool:
    """Whether the nodes are a tree of bearable depth; aliases are refused, as they hide repetition.

    Also reports tags, and characters that only an escape brings in.
    """
    seen: set[int] = set()
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        if id(node) in seen:
            _report_aliases(lines, report)
            return False
        seen.add(id(node))
        if depth > _MAX_DEPTH:
            report.error("", f"Values are nested more than {_MAX_DEPTH} deep.", at=start(node))
            return False
        if node.tag not in _TAGS:
            hint = "Delete it; the type of a value follows from its place."
            report.error(
                "", f"The tag `{node.tag}` is not allowed in a model.", hint, at=start(node)
            )
        if isinstance(node, yaml.MappingNode):
            for pair in node.value:
                stack.extend((part, depth + 1) for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((part, depth + 1) for part in node.value)
        elif found := forbidden(node.value):
            message = f"The character U+{ord(found[0]):04X} is not allowed in a model."
            report.error("", message, "Delete it.", at=start(node))
    return True


def _report_aliases(lines: list[str], report: Report) -> None:
    for token in yaml.scan("\n".join(lines), Loader=_LOADER):
        if isinstance(token, yaml.AliasToken):
            report.error(
                "",
                f"The alias `*{token.value}` is not allowed in a model.",
                "Write the value out.",
                at=Place(token.start_mark.line + 1, token.start_mark.column + 1),
            )
