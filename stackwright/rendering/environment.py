"""Jinja environments for template packs: compiled once, cached on disk, every line traced to its origin.

While a template is lexed, a private-use character that stands for its line is put before each piece of
text; loops over model elements put one for the element. `traced` reads them back after rendering.
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemBytecodeCache,
    StrictUndefined,
    TemplateNotFound,
)
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment

from stackwright.rendering.imports import with_imports
from stackwright.rendering.layout import lay_out, py_args, translate_marks, ts_args, ts_names
from stackwright.rendering.marks import ELEMENT_MARKS, LINE_MARKS, MARKS_A_PLANE
from stackwright.rendering.text import FILTERS


class SourceLines:
    """The template lines of a pack, numbered through, so that one character can name any of them."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.start: dict[str, int] = {}
        self.origin: list[tuple[str, int]] = []  # name, line counted from 1
        for name in sorted(sources):
            self.start[name] = len(self.origin)
            self.origin.extend((name, line + 1) for line in range(sources[name].count("\n") + 1))

    def mark(self, name: str, line: int) -> str:
        """The character that stands for this line."""
        return chr(LINE_MARKS + self.start[name] + line - 1)


class Tracing(Extension):
    """Puts line marks into the text of templates and element marks around loop bodies."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of a template with marks between them."""
        lines: SourceLines = self.environment.globals["_lines"]  # type: ignore[assignment]  # Jinja types globals loosely
        name = stream.name or ""
        if name not in lines.start:  # a template from a string
            return stream
        return self._traced(stream, name, lines)

    def _traced(self, stream: TokenStream, name: str, lines: SourceLines) -> Iterator[Token]:
        statement: list[Token] | None = None
        for token in stream:
            if token.type == "block_begin":
                statement = [token]
                continue
            if statement is not None:
                statement.append(token)
                if token.type == "block_end":
                    yield from self._statement(statement)
                    statement = None
                continue
            if token.type == "data":
                pieces = token.value.split("\n")
                text = "\n".join(
                    lines.mark(name, token.lineno + offset) + piece
                    for offset, piece in enumerate(pieces)
                )
                yield Token(token.lineno, "data", text)
            else:
                if token.type == "variable_begin":
                    yield Token(token.lineno, "data", lines.mark(name, token.lineno))
                yield token

    def _statement(self, statement: list[Token]) -> Iterator[Token]:
        line = statement[0].lineno
        word = statement[1].value
        is_loop = word == "for" and statement[3].test("name:in")
        if word == "endfor":
            yield Token(line, "data", chr(ELEMENT_MARKS))
        yield from statement
        if is_loop:  # a filter: Jinja calls it without the detour that functions take
            yield Token(line, "variable_begin", "<<")
            yield Token(line, "name", statement[2].value)
            yield Token(line, "pipe", "|")
            yield Token(line, "name", "_mark")
            yield Token(line, "variable_end", ">>")


class _Sources(BaseLoader):
    """Templates from memory, their layout marks translated."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def get_source(
        self,
        environment: Environment,
        template: str,
    ) -> tuple[str, str | None, Any]:
        if template not in self._sources:
            raise TemplateNotFound(template)
        return translate_marks(self._sources[template]), template, lambda: True

    def list_templates(self) -> list[str]:
        return sorted(self._sources)


class Renderer:
    """Renders the templates of one pack; usable from several threads.

    Args:
        sources: Template name → source text.
        digest: Changes when any source changes; names the folder of the compiled templates.
        cache: Folder for compiled templates, or None to compile in memory each time.
        trusted: False renders in Jinja's immutable sandbox (packs of strangers).
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        digest: str,
        cache: Path | None = None,
        *,
        trusted: bool = True,
    ) -> None:
        self.lines = SourceLines(sources)
        if len(self.lines.origin) > MARKS_A_PLANE:
            raise ValueError(f"a template pack may have {MARKS_A_PLANE} lines, this one has more")
        self._elements = threading.local()
        kind = Environment if trusted else ImmutableSandboxedEnvironment
        self.environment = kind(
            block_start_string="<%",
            block_end_string="%>",
            variable_start_string="<<",
            variable_end_string=">>",
            comment_start_string="<#",
            comment_end_string="#>",
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
            autoescape=False,  # the output is source code; filters in text.py escape for each language
            auto_reload=False,
            cache_size=-1,
            loader=_Sources(sources),
            bytecode_cache=_bytecode(cache, digest) if cache and trusted else None,
        )
        self.environment.filters.update(FILTERS)
        self.environment.filters.update(
            ts_args=ts_args,
            ts_names=ts_names,
            py_args=py_args,
            with_imports=with_imports,
            _mark=self._mark,
        )
        self.environment.globals = {"_lines": self.lines, "range": range}
        self.environment.add_extension(Tracing)

    def render(self, name: str, context: Mapping[str, Any], step: int) -> tuple[str, list[str]]:
        """The laid-out text, still with origin marks, and the elements that its element marks stand for."""
        elements: list[str] = []
        self._elements.known = elements
        text = self.environment.get_template(name).render(context)
        return lay_out(text, step), elements

    def _mark(self, element: object) -> str:
        where = element.get("where") if isinstance(element, dict) else None
        if not isinstance(where, str) or not where:
            return ""
        known: list[str] = self._elements.known
        if len(known) >= MARKS_A_PLANE - 1:
            return ""
        known.append(where)
        return chr(ELEMENT_MARKS + len(known))


def _bytecode(kept: Path, digest: str) -> FileSystemBytecodeCache | None:
    folder = kept / "templates" / f"{digest}-{_compiler()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (
            folder.stat().st_uid != os.getuid()
        ):  # compiled templates are code: never run somebody else's
            return None
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder))


@cache
def _compiler() -> str:
    """What identifies the code that decides how templates are compiled."""
    sources = (path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.blake2b(b"".join(sources), digest_size=8).hexdigest()
