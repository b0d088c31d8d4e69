"""From text to tree: tokens, then recursive descent with `or` weakest and unary minus strongest."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast

from stackwright.domain.expression.functions import FUNCTIONS
from stackwright.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    ExpressionError,
    IsNull,
    Literal,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    children,
)
from stackwright.domain.suggestion import closest

MAX_LENGTH = 2_000  # characters
_MAX_TOKENS = 250  # keeps every recursion over the tree far from Python's limit
_MAX_DEPTH = 20
_MAX_DIGITS = 30
_MAX_SCALE = 10

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<sign><=|>=|<>|!=|==|[-+*/%=<>()\[\],])
    """,
    re.VERBOSE | re.ASCII,
)
_COMPARISONS = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<>": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_CONSTANTS = {"true": True, "false": False, "null": None}
_HINTS = {
    '"': "Texts stand in single quotes: 'like this'.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "!": "Write `not`, or `!=`.",
    ".": "Only fields of the same row can be used.",
    "'": "The text does not end; a quote within a text is written twice: 'it''s'.",
}


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def read(text: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionError: The text is no expression; says where.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH:,} characters", 0)
    reader = _Reader(_tokens(text))
    tree = reader.either()
    reader.finish()
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            character = text[position]
            raise ExpressionError(
                f"`{character}` means nothing here", position, _HINTS.get(character, "")
            )
        if found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup or "", found[0], position))
        position = found.end()
    if len(tokens) > _MAX_TOKENS:
        raise ExpressionError(
            f"the expression has more than {_MAX_TOKENS} parts", 0, "Split it into several checks."
        )
    tokens.append(_Token("end", "", len(text)))
    return tokens


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _accept(self, *texts: str) -> _Token | None:
        token = self._token
        is_sign = token.kind in ("sign", "word")
        return self._take() if is_sign and token.text.lower() in texts else None

    def _expect(self, text: str, after: str) -> None:
        if self._accept(text) is None:
            raise ExpressionError(f"`{text}` is missing {after}", self._token.at)

    def finish(self) -> None:
        token = self._token
        if token.kind == "end":
            return
        hint = ""
        if token.text in _COMPARISONS:
            hint = "Join two comparisons with `and`: `a < b and b < c`."
        raise ExpressionError(f"`{token.text}` is not expected here", token.at, hint)

    def either(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ExpressionError(
                f"the expression is nested more than {_MAX_DEPTH} deep", self._token.at
            )
        at = self._token.at
        parts = [self._all()]
        while self._accept("or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Logic("or", tuple(parts), at)

    def _all(self) -> Node:
        at = self._token.at
        parts = [self._not()]
        while self._accept("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), at)

    def _not(self) -> Node:
        token = self._accept("not")
        return self._comparison() if token is None else Not(self._comparison(), token.at)

    def _comparison(self) -> Node:
        left = self._sum()
        token = self._token
        if token.kind == "sign" and token.text in _COMPARISONS:
            self._take()
            operator = cast("Any", _COMPARISONS[token.text])
            return Comparison(operator, left, self._sum(), token.at)
        if self._accept("is"):
            negated = self._accept("not") is not None
            if self._accept("null") is None:
                raise ExpressionError("`is` is followed by `null` or `not null` only", token.at)
            return IsNull(left, negated, token.at)
        negated = self._accept("not") is not None
        if self._accept("in"):
            return Membership(left, self._items(), negated, token.at)
        if negated:
            raise ExpressionError("`in` is missing after `not`", self._token.at)
        return left

    def _items(self) -> tuple[Literal, ...]:
        self._expect("[", "after `in`")
        items: list[Literal] = []
        while True:
            at = self._token.at
            item = self._atom() if self._accept("-") is None else _negated(self._atom())
            if not isinstance(item, Literal) or item.value is None:
                raise ExpressionError("a list behind `in` holds numbers, texts or dates only", at)
            items.append(item)
            if self._accept(",") is None:
                break
        self._expect("]", "at the end of the list")
        return tuple(items)

    def _sum(self) -> Node:
        node = self._product()
        while token := self._accept("+", "-"):
            node = Arithmetic(cast("Any", token.text), node, self._product(), token.at)
        return node

    def _product(self) -> Node:
        node = self._signed()
        while token := self._accept("*", "/", "%"):
            node = Arithmetic(cast("Any", token.text), node, self._signed(), token.at)
        return node

    def _signed(self) -> Node:
        token = self._accept("-")
        if token is None:
            return self._atom()
        return _negated(self._atom(), token.at)

    def _atom(self) -> Node:
        token = self._take()
        word = token.text.lower()
        if token.kind == "number":
            return _number(token)
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"), token.at)
        if token.text == "(":
            node = self.either()
            self._expect(")", "to close the parenthesis")
            return node
        if token.kind == "word":
            if word in _CONSTANTS:
                return Literal(_CONSTANTS[word], token.at)
            if word == "date" and self._token.kind == "text":
                return _date(self._take())
            if self._token.text == "(":
                return self._call(token)
            if word not in ("and", "or", "not", "in", "is"):
                return Name(token.text, token.at)
        if token.kind == "end":
            raise ExpressionError("the expression ends too early", token.at)
        raise ExpressionError(f"`{token.text}` is not expected here", token.at)

    def _call(self, token: _Token) -> Node:
        if token.text not in FUNCTIONS:
            raise ExpressionError(
                f"there is no function `{token.text}`",
                token.at,
                closest(token.text, FUNCTIONS) or f"There are: {', '.join(FUNCTIONS)}.",
            )
        self._expect("(", f"after `{token.text}`")
        arguments: list[Node] = []
        if self._accept(")") is None:
            arguments.append(self.either())
            while self._accept(","):
                arguments.append(self.either())
            self._expect(")", f"to close `{token.text}(`")
        function = FUNCTIONS[token.text]
        if not function.fewest <= len(arguments) <= function.most:
            fewest, most = function.fewest, function.most
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            plural = "" if most == 1 else "s"
            raise ExpressionError(
                f"`{token.text}` takes {wanted} argument{plural}, not {len(arguments)}",
                token.at,
                f"Like this: `{function.example}`.",
            )
        if token.text in ("coalesce", "min", "max"):  # one within another says the same as one
            arguments = [part for one in arguments for part in _flattened(token.text, one)]
        digits = 0
        if token.text == "round" and len(arguments) == 2:
            digits = _digits(arguments.pop(), token.at)
        return Call(token.text, tuple(arguments), digits, token.at)


def _flattened(function: str, node: Node) -> tuple[Node, ...]:
    is_same = isinstance(node, Call) and node.function == function
    return children(node) if is_same else (node,)


def _negated(node: Node, at: int = 0) -> Node:
    value = node.value if isinstance(node, Literal) else None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Literal(-value, node.at)
    return Negative(node, at)


def _digits(node: Node, at: int) -> int:
    value = node.value if isinstance(node, Literal) else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_SCALE:
        return value
    raise ExpressionError(f"`round` takes 0 to {_MAX_SCALE} as its second argument", at)


def _number(token: _Token) -> Literal:
    if len(token.text) > _MAX_DIGITS:
        raise ExpressionError(f"the number has more than {_MAX_DIGITS} digits", token.at)
    return Literal(Decimal(token.text) if "." in token.text else int(token.text), token.at)


def _date(token: _Token) -> Literal:
    try:
        return Literal(date.fromisoformat(token.text[1:-1]), token.at)
    except ValueError:
        raise ExpressionError(
            f"{token.text} is no date", token.at, "Write year, month and day: date '2024-01-31'."
        ) from None
