"""Ids that are made of several columns."""

from datetime import date
from urllib.parse import unquote
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Date, Integer, String, Uuid
from sqlalchemy.types import TypeEngine

from app.core.keys import Tree, join_key, leaves, split_key, typed_value

NESTED: Tree = ("day", ("country", "city"), "number")


@pytest.mark.parametrize("part", ["plain", "a~b", "50%", "a/b", "a,b", "!7E", "ü"])
def test_any_text_comes_back_from_an_id(part: str) -> None:
    assert split_key(("one", "two"), join_key("first", part)) == ["first", part]


def test_an_id_is_the_same_when_its_path_was_decoded_twice() -> None:
    key = join_key("50%25", "a/b~c")
    assert unquote(unquote(key)) == key
    assert "/" not in key


def test_an_id_can_be_part_of_another_one() -> None:
    inner = join_key("AT", "Graz/West")
    whole = join_key(date(2025, 6, 2), inner, 7)
    assert split_key(NESTED, whole) == ["2025-06-02", "AT", "Graz/West", "7"]
    assert list(leaves(NESTED)) == ["day", "country", "city", "number"]


@pytest.mark.parametrize("text", ["2025-06-02~AT~7", "2025-06-02", "a~b~c~d", "a~b~c", "a~b!zz~c"])
def test_an_id_with_the_wrong_parts_is_none(text: str) -> None:
    assert split_key(NESTED, text) is None


def test_an_id_with_a_missing_part_is_empty() -> None:
    assert join_key("a", None) == ""


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Integer(), "-12", -12),
        (BigInteger(), "9007199254740993", 9007199254740993),
        (Date(), "2025-06-02", date(2025, 6, 2)),
        (String(), "x", "x"),
        (Uuid(), str(UUID(int=7)), UUID(int=7)),
    ],
)
def test_parts_become_values_of_their_columns(
    kind: TypeEngine[object], text: str, value: object
) -> None:
    assert typed_value(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Integer(), "2147483648"),
        (Integer(), "1.5"),
        (Integer(), "٣"),
        (BigInteger(), "9" * 30),
        (Date(), "yesterday"),
        (Uuid(), "x"),
        (String(), ""),
        (String(), "a\x00"),
    ],
)
def test_texts_that_no_column_can_have_are_refused(kind: TypeEngine[object], text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        typed_value(kind, text)
