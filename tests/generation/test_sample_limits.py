"""Sample values within any limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.field import Field, FieldType
from stackwright.generation.samples import value

T = FieldType


@settings(max_examples=150, deadline=None)
@given(
    st.integers(-1000, 1000),
    st.integers(0, 1000),
    st.sampled_from([T.INTEGER, T.BIGINT, T.FLOAT, T.DECIMAL]),
    st.integers(0, 30),
    st.integers(0, 12),
    st.sampled_from(["price", "year", "quantity", "level"]),
)
def test_numbers_keep_any_limits(
    low: int, room: int, kind: FieldType, number: int, attempt: int, name: str
) -> None:
    field = Field(name=name, type=kind, min=low, max=low + room, precision=9, scale=2)
    found = value(field, "Book", number, attempt)
    assert low <= found <= low + room


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from([T.STRING, T.TEXT]),
    st.sampled_from(["title", "name", "city", "code", "x"]),
    st.integers(0, 30),
)
def test_texts_keep_any_lengths(
    low: int, room: int, kind: FieldType, name: str, number: int
) -> None:
    field = Field(name=name, type=kind, min_length=low, max_length=max(low + room, 1))
    found = value(field, "Book", number)
    assert low <= len(found) <= max(low + room, 1)
