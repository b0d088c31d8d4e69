"""Hostile text stays one harmless piece of each language."""

import ast
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stackwright.rendering.text import comment, docstring, jsx_text, md, py_str, ts_str, yaml_str

HOSTILE = [
    'say "hi"',
    "it's",
    "\"'",
    "back\\slash",
    'end"""quotes',
    "line\nbreak",
    "\u2028",
    "{{ x }} <% y %> << z >>",
    "*/ alert(1) /*",
    "</script><b>",
    "naïve 書店 🚀",
    "\x00\x1b",
]
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_a_python_literal_evaluates_to_its_text(text: str) -> None:
    literal = py_str(text)
    assert ast.literal_eval(literal) == text
    assert len(literal.splitlines()) == 1


@given(texts)
def test_a_typescript_literal_in_double_quotes_is_json(text: str) -> None:
    literal = ts_str(text)
    assert len(literal.splitlines()) == 1
    if literal.startswith('"') and text.isprintable():
        assert json.loads(literal) == text


@given(texts)
def test_a_yaml_scalar_loads_as_its_text(text: str) -> None:
    printable = "".join(char for char in text if char.isprintable())
    assert yaml.safe_load(f"key: {yaml_str(printable)}") == {"key": printable}


@pytest.mark.parametrize(
    "word", ["true", "No", "null", "12", "1e3", "", " x", "a: b", "- a", "#x", "2024-01-01"]
)
def test_yaml_words_with_a_meaning_of_their_own_are_quoted(word: str) -> None:
    assert yaml.safe_load(yaml_str(word)) == word


@given(texts)
def test_a_docstring_stays_inside_its_quotes(text: str) -> None:
    tree = ast.parse(f'"""{docstring(text.replace(chr(0), ""))}"""\n')
    assert len(tree.body) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_is_one_line_and_cannot_end_early(text: str) -> None:
    line = comment(text)
    assert len(line.splitlines()) <= 1
    assert "*/" not in line


@pytest.mark.parametrize("text", HOSTILE)
def test_jsx_text_with_markup_becomes_a_string(text: str) -> None:
    shown = jsx_text(text)
    if any(char in text for char in "<>{}&"):
        assert shown.startswith(('{"', "{'"))


def test_markdown_marks_are_escaped() -> None:
    assert md("a|b *c* <d> [e](f) `g`") == r"a\|b \*c\* \<d\> \[e\](f) \`g\`"


def test_quotes_are_those_that_need_fewer_escapes() -> None:
    assert py_str('say "hi"') == "'say \"hi\"'"
    assert py_str("it's") == '"it\'s"'
    assert ts_str('say "hi"') == "'say \"hi\"'"
