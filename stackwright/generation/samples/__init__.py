"""Deterministic, plausible values for every field type: sample rows, and cases for generated tests."""

from stackwright.generation.samples.cases import Case, boundary_values, invalid_values
from stackwright.generation.samples.native import as_json
from stackwright.generation.samples.rows import Member, Row, Rows, impossible_rows, rows
from stackwright.generation.samples.values import value

__all__ = [
    "Case",
    "Member",
    "Row",
    "Rows",
    "as_json",
    "boundary_values",
    "impossible_rows",
    "invalid_values",
    "rows",
    "value",
]
