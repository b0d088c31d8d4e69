"""User text made safe for the languages it is put into; every filter returns one piece of source text."""

import json
import re

_BREAKS = re.compile(r"\s+")
_JSX = re.compile(r"[{}<>&]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")
_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9 _./-]*[A-Za-z0-9]|[A-Za-z]")
_PLAIN_STRING = re.compile(r"[ !#-\[\]-~]*")  # printable ASCII that no language escapes
_YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def quote(text: str) -> str:
    """The quote character that formatters prefer: double, unless single needs fewer escapes."""
    return "'" if text.count('"') > text.count("'") else '"'


def py_str(text: str) -> str:
    r"""A Python string literal as Ruff leaves it: `say "hi"` → `'say "hi"'`."""
    if _PLAIN_STRING.fullmatch(text):
        return f'"{text}"'
    mark = quote(text)
    body = "".join(_py_char(char, mark) for char in text)
    return f"{mark}{body}{mark}"


def ts_str(text: str) -> str:
    r"""A TypeScript string literal as Prettier leaves it."""
    if _PLAIN_STRING.fullmatch(text):
        return f'"{text}"'
    mark = quote(text)
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    body = "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in body)
    return f"{mark}{body.replace(mark, chr(92) + mark)}{mark}"


def jsx_text(text: str) -> str:
    """Text between JSX tags; anything that JSX would read becomes a string expression."""
    text = one_line(text)
    return f"{{{ts_str(text)}}}" if _JSX.search(text) else text


def md(text: str) -> str:
    """One line of Markdown that shows the text as it is."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def comment(text: str) -> str:
    """One line that can stand behind # or //, or between /* and */."""
    return one_line(text).replace("*/", "* /")


def docstring(text: str) -> str:
    """One line that can stand first in a triple-quoted docstring, ended by a full stop."""
    line = one_line(text).replace("\\", "\\\\").replace('"""', "'''")
    if line.endswith('"'):
        line += "."
    return line if line.endswith((".", "!", "?", ":")) else f"{line}."


def yaml_str(text: str) -> str:
    """A YAML scalar that loads as this text."""
    if _PLAIN_YAML.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def one_line(text: str) -> str:
    """The text with every run of white space (line breaks too) as one space, without control characters."""
    line = _BREAKS.sub(" ", text).strip()
    return line if line.isprintable() else "".join(char for char in line if char.isprintable())


def _py_char(char: str, mark: str) -> str:
    if char in ("\\", mark):
        return f"\\{char}"
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if not char.isprintable():
        code = ord(char)
        return (
            f"\\x{code:02x}"
            if code < 0x100
            else f"\\u{code:04x}"
            if code < 0x10000
            else f"\\U{code:08x}"
        )
    return char


FILTERS = {
    "py_str": py_str,
    "ts_str": ts_str,
    "jsx_text": jsx_text,
    "md": md,
    "comment": comment,
    "docstring": docstring,
    "yaml_str": yaml_str,
    "one_line": one_line,
}
