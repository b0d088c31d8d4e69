"""The text of a model with the places of its parts: changes are cut out and put in, the rest stays byte for byte."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from stackwright.domain.repair import LOADER
from stackwright.errors import ProjectError

_LINE = re.compile(
    "[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|$)"
)  # as YAML ends lines
_END = "\r\n\x85\u2028\u2029"
_STEP = 2  # spaces of one more level, where the text does not show another


class Pair(NamedTuple):
    """One `name: value` of a mapping."""

    key: yaml.ScalarNode
    value: yaml.Node


class Cut(NamedTuple):
    """What stands between two places of the text, and what is to stand there."""

    start: int
    end: int
    text: str


class Script:
    """A model's text that is valid YAML, with the nodes of its parts.

    Raises:
        ProjectError: It is no YAML, or no mapping.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._mark = len(text) - len(text.removeprefix("\ufeff"))
        body = text[self._mark :]
        self.lines = [found for found in _LINE.findall(body) if found] or [""]
        self._starts = [self._mark]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self.ending = "\r\n" if self.lines[0].endswith("\r\n") else "\n"
        try:
            root = yaml.compose(body, Loader=LOADER)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f" on line {mark.line + 1}" if mark is not None else ""
            raise ProjectError.bad_input(
                f"The text cannot be read{where}, so nothing can be put in by itself.",
                hint="Mend what is found there first, or undo the last change.",
            ) from error
        if not isinstance(root, yaml.MappingNode):
            raise ProjectError.bad_input(
                "The text is no model yet.",
                hint="Begin with `stackwright: 1`, `name:` and `entities:`.",
            )
        self.root = root

    def at(self, mark: yaml.Mark) -> int:
        """Where a mark of the parser lies in the text."""
        start = self._starts[min(mark.line, len(self.lines))]
        return min(start + int(mark.column), len(self.text))

    def line_start(self, number: int) -> int:
        """Where a line begins, counted from 0; behind the last one: the end of the text."""
        return self._starts[min(number, len(self.lines))]

    def last_line(self, node: yaml.Node) -> int:
        """The last line, counted from 0, on which something of this value stands."""
        if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and not node.flow_style:
            if not node.value:
                return int(node.start_mark.line)
            last = node.value[-1]
            return self.end_of(Pair(*last)) if isinstance(last, tuple) else self.last_line(last)
        start, end = node.start_mark.line, node.end_mark.line
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            end -= node.end_mark.column == 0
            while end > start and not self.lines[end].strip():
                end -= 1
        return int(max(start, min(end, len(self.lines) - 1)))

    def end_of(self, pair: Pair) -> int:
        """The last line, counted from 0, on which something of this pair stands."""
        line = int(pair.key.end_mark.line)
        is_empty = isinstance(pair.value, yaml.ScalarNode) and pair.value.end_mark.index <= (
            pair.value.start_mark.index
        )
        return line if is_empty else max(line, self.last_line(pair.value))

    def changed(self, cuts: list[Cut]) -> str:
        """The text with these changes; they must not overlap."""
        text = self.text
        for cut in sorted(cuts, reverse=True):
            text = text[: cut.start] + cut.text + text[cut.end :]
        return text

    def put_in(self, owner: Pair, name: str, value: "Written") -> Cut:
        """One more `name: value` at the end of a mapping, written as its neighbours are."""
        node = owner.value
        if isinstance(node, yaml.MappingNode) and node.flow_style:
            return self._put_in_line(node, f"{name}: {flow(value)}")
        if isinstance(node, yaml.MappingNode) and node.value:
            column = node.value[0][0].start_mark.column
            return self._put_below(self.last_line(node), column, name, value)
        if isinstance(node, yaml.ScalarNode) and node.value in {"", "~", "null", "Null", "NULL"}:
            if node.value:
                start, end = self.at(node.start_mark), self.at(node.end_mark)
                return Cut(start, end, f"{{{name}: {flow(value)}}}")
            column = owner.key.start_mark.column + self.step()
            return self._put_below(int(owner.key.end_mark.line), column, name, value)
        raise ProjectError.bad_input(
            f"`{owner.key.value}` on line {owner.key.start_mark.line + 1} holds something else.",
            hint="Mend what is found there first.",
        )

    def take_out(self, owner: Pair, pair: Pair) -> Cut:
        """One `name: value` less; of a mapping in blocks its lines, of one in braces its words."""
        node = owner.value
        if isinstance(node, yaml.MappingNode) and node.flow_style:
            return self._take_out_of_line(node, pair)
        first, last = int(pair.key.start_mark.line), self.end_of(pair)
        return Cut(self.line_start(first), self.line_start(last + 1), "")

    def step(self) -> int:
        """By how many spaces this text indents."""
        for key, value in self.root.value:
            if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
                return max(1, int(value.value[0][0].start_mark.column - key.start_mark.column))
        return _STEP

    def respelled(self, node: yaml.ScalarNode, word: str) -> Cut:
        """A scalar that says another word, in the same quotation marks."""
        start, end = self.at(node.start_mark), self.at(node.end_mark)
        quote = self.text[start] if node.style in {"'", '"'} else ""
        return Cut(start, end, f"{quote}{word}{quote}")

    def _put_below(self, line: int, column: int, name: str, value: "Written") -> Cut:
        at = self.line_start(line + 1)
        written = block(name, value, column, self.step())
        text = "".join(f"{one}{self.ending}" for one in written)
        if not self.text[:at].endswith(tuple(_END)):  # the last line has no end
            text = f"{self.ending}{text.removesuffix(self.ending)}"
        return Cut(at, at, text)

    def _put_in_line(self, node: yaml.MappingNode, words: str) -> Cut:
        if not node.value:
            start, end = self.at(node.start_mark), self.at(node.end_mark)
            return Cut(start, end, f"{{{words}}}")
        at = self.at(node.value[-1][1].end_mark)
        rest = self.text[at : self.at(node.end_mark) - 1]
        if (comma := _comma(rest)) is not None:
            return Cut(at + comma + 1, at + comma + 1, f" {words}")
        return Cut(at, at, f", {words}")

    def _take_out_of_line(self, node: yaml.MappingNode, pair: Pair) -> Cut:
        pairs = [Pair(*one) for one in node.value]
        at = next(number for number, one in enumerate(pairs) if one.key is pair.key)
        if at + 1 < len(pairs):
            return Cut(self.at(pair.key.start_mark), self.at(pairs[at + 1].key.start_mark), "")
        end = self.at(pair.value.end_mark)
        start = self.at(pairs[at - 1].value.end_mark) if at else self.at(pair.key.start_mark)
        return Cut(start, end, "")


Written = str | dict[str, "Written"]


def pairs(node: yaml.Node) -> Iterator[Pair]:
    """The pairs of a mapping whose names are texts; none of anything else."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield Pair(key, value)


def named(node: yaml.Node, name: str) -> Pair | None:
    """The pair of that name.

    Raises:
        ProjectError: There are two.
    """
    found = [pair for pair in pairs(node) if pair.key.value == name]
    if len(found) > 1:
        raise ProjectError.bad_input(
            f"`{name}` is there twice: on lines {', '.join(str(p.key.start_mark.line + 1) for p in found)}.",
            hint="Rename or delete one of them in the text.",
        )
    return found[0] if found else None


def flow(value: Written) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return value
    return f"{{{', '.join(f'{name}: {flow(one)}' for name, one in value.items())}}}"


def block(name: str, value: Written, column: int, step: int) -> list[str]:
    """A value over several lines as long as it holds nothing but mappings, else on one."""
    before = " " * column
    if isinstance(value, dict) and all(isinstance(one, dict) for one in value.values()):
        below = [block(key, one, column + step, step) for key, one in value.items()]
        return [f"{before}{name}:", *(line for lines in below for line in lines)]
    return [f"{before}{name}: {flow(value)}" if value else f"{before}{name}:"]


def _comma(text: str) -> int | None:
    """Where a comma stands outside of comments."""
    is_comment = False
    for at, letter in enumerate(text):
        if letter in _END:
            is_comment = False
        elif letter == "#":
            is_comment = True
        elif letter == "," and not is_comment:
            return at
    return None
