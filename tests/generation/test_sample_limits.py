"""Sample values within any limits."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.field import Field, FieldType
from stackwright.generation.samples import as_json, boundary_values, value
from stackwright.generation.samples.values import is_valid

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


def test_a_decimal_may_have_as_many_digits_as_the_language_allows() -> None:
    field = Field(name="weight", type=T.DECIMAL, precision=38, scale=10, min="-1", required=True)
    assert is_valid(field, value(field, "Parcel", 0))
    assert all(case.value is not None for case in boundary_values(field))
    assert as_json(field, Decimal("9" * 28 + ".5")) == "9" * 28 + ".5000000000"


def test_a_pattern_means_in_python_what_it_means_in_a_browser() -> None:
    field = Field(name="name", type=T.STRING, pattern=r"\w+", examples=("Ünal",))
    assert not is_valid(field, "Ünal")
    assert is_valid(field, "Unal")
