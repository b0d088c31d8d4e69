"""From the text of a model file to YAML nodes, whatever the text is.

What a model may not hold at all is refused here: other encodings, control and private-use characters,
tags, aliases, bottomless nesting.
"""

import re

import yaml

from stackwright.domain.repair import BROKEN, LOADER, compose_lines
from stackwright.domain.report import Place, Report

_MAX_CHARACTERS = 2_000_000
_MAX_DEPTH = 24  # of nested values; the language itself needs 8
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff\U000f0000-\U0010ffff]"
)
_TAGS = {BROKEN, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))}
_MAY_NEST = re.compile(r"[][{}?-]")
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
    root = compose_lines(lines, report)
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
        for found in _NESTING.finditer(line) if _MAY_NEST.search(line) else ():
            if found[0] in "[{":
                depth += 1
            elif found[0] in "]}":
                depth = max(0, depth - 1)
            else:
                inline += 1
        if max(depth, inline) + len(indents) > 4 * _MAX_DEPTH:
            return True
    return False


def _is_tree(root: yaml.Node, lines: list[str], report: Report) -> bool:
    """Whether the nodes are a tree of bearable depth; aliases are refused, as they hide repetition.

    Also reports tags, and characters that only an escape brings in.
    """
    seen: set[int] = set()
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        own = id(node)
        if own in seen:
            _report_aliases(lines, report)
            return False
        seen.add(own)
        if depth > _MAX_DEPTH:
            report.error("", f"Values are nested more than {_MAX_DEPTH} deep.", at=start(node))
            return False
        if node.tag not in _TAGS:
            hint = "Delete it; the type of a value follows from its place."
            report.error(
                "", f"The tag `{node.tag}` is not allowed in a model.", hint, at=start(node)
            )
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                stack.append((key, depth + 1))
                stack.append((value, depth + 1))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((part, depth + 1) for part in node.value)
        elif found := forbidden(node.value):
            message = f"The character U+{ord(found[0]):04X} is not allowed in a model."
            report.error("", message, "Delete it.", at=start(node))
    return True


def _report_aliases(lines: list[str], report: Report) -> None:
    for token in yaml.scan("\n".join(lines), Loader=LOADER):
        if isinstance(token, yaml.AliasToken):
            report.error(
                "",
                f"The alias `*{token.value}` is not allowed in a model.",
                "Write the value out.",
                at=Place(token.start_mark.line + 1, token.start_mark.column + 1),
            )
