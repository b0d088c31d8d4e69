"""Rules of fields: limits that exclude everything, defaults and examples that break them."""

import re
from collections.abc import Iterator
from decimal import Decimal

from pydantic import JsonValue

from stackwright.domain.checks.patterns import check_pattern
from stackwright.domain.entity import Entity
from stackwright.domain.field import ORDERED, TEXTS, Field, FieldType
from stackwright.domain.reading.fields import MOMENTS_NOW, NOW
from stackwright.domain.reading.literals import comparable
from stackwright.domain.report import Report

_MAX_STRING = 10_000  # characters of a column that can be indexed nowhere any more
_MAX_MATCHED = 200  # characters; patterns are tried on short values only


def check_rules(entity: Entity, report: Report) -> None:
    """Every field of an entity, and of its relations."""
    for field in entity.fields:
        check_field(field, report)
    for relation in entity.relations:
        for field in relation.attributes:
            check_field(field, report)


def check_field(field: Field, report: Report) -> None:
    """The rules of one field, each and together."""
    usable = _limits(field, report) and _lengths(field, report)
    can_match = field.pattern is None or check_pattern(
        field.pattern, f"{field.where}.pattern", report
    )
    _combinations(field, report)
    given: list[tuple[str, JsonValue]] = (
        [("default", field.default)] if field.default is not None else []
    )
    given += [("examples", example) for example in field.examples]
    for name, value in given:
        if name == "default" and _is_made(field, value):
            continue
        for problem in _broken_rules(field, value, matches=can_match) if usable else ():
            what = "default" if name == "default" else "example"
            report.error(f"{field.where}.{name}", f"The {what} {_shown(value)} {problem}.")


def _limits(field: Field, report: Report) -> bool:
    """Whether min and max leave something."""
    for name in ("min", "max"):
        value = getattr(field, name)
        if value is not None and field.type is FieldType.DECIMAL:
            problem = _too_precise(field, value)
            if problem:
                report.error(f"{field.where}.{name}", f"`{name}` {problem}.")
    if field.min is None or field.max is None:
        return True
    if comparable(field.min, field.type) > comparable(field.max, field.type):  # type: ignore[operator]  # of one type
        message = f"`min` ({field.min}) is greater than `max` ({field.max}): no value is possible."
        report.error(f"{field.where}.min", message, "Exchange them.")
        return False
    return True


def _lengths(field: Field, report: Report) -> bool:
    least, most = field.min_length, field.max_length
    path = f"{field.where}.max_length"
    if most == 0:
        report.error(path, "`max_length` is 0: no value is possible.", "Give at least 1.")
        return False
    if most is not None and field.type is FieldType.STRING and most > _MAX_STRING:
        hint = "Use the type text."
        report.error(path, f"A string has at most {_MAX_STRING:,} characters.", hint)
    if least is not None and most is not None and least > most:
        message = (
            f"`min_length` ({least}) is greater than `max_length` ({most}): no value is possible."
        )
        report.error(f"{field.where}.min_length", message, "Exchange them.")
        return False
    return True


def _combinations(field: Field, report: Report) -> None:
    if field.sensitive and field.searchable:
        message = "A sensitive field cannot be searchable: a search would give it away."
        report.error(f"{field.where}.searchable", message, "Delete one of the two.")
    if field.unique and field.default is not None and not _is_made(field, field.default):
        message = "A unique field has a default, which only one row can have."
        report.error(f"{field.where}.default", message, "Delete `default` or `unique`.")
    if field.max_bytes == 0:
        report.error(f"{field.where}.max_bytes", "`max_bytes` is 0: no file is possible.")
    if field.immutable and not field.required and field.default is None:
        message = "An immutable field that may be left out can never be filled in later."
        report.warning(f"{field.where}.immutable", message, "Add `required: true` if it is meant.")


def _is_made(field: Field, value: JsonValue) -> bool:
    """Whether the default is made anew for each row."""
    is_now = value == NOW and field.type in MOMENTS_NOW
    return is_now or (value == "uuid" and field.type is FieldType.UUID)


def _broken_rules(  # noqa: C901  # one branch a rule
    field: Field, value: JsonValue, *, matches: bool
) -> Iterator[str]:
    """What is wrong with a value of the right type."""
    if field.type is FieldType.DECIMAL:
        problem = _too_precise(field, value)
        if problem:
            yield problem
    if field.type in ORDERED:
        number = comparable(value, field.type)
        if field.min is not None and number < comparable(field.min, field.type):  # type: ignore[operator]  # of one type
            yield f"is less than `min` ({field.min})"
        if field.max is not None and number > comparable(field.max, field.type):  # type: ignore[operator]  # of one type
            yield f"is greater than `max` ({field.max})"
    if isinstance(value, str | list) and (field.type in TEXTS or field.type is FieldType.LIST):
        what = "characters" if isinstance(value, str) else "items"
        if field.min_length is not None and len(value) < field.min_length:
            yield f"has fewer than {field.min_length} {what} (`min_length`)"
        if field.max_length is not None and len(value) > field.max_length:
            yield f"has more than {field.max_length} {what} (`max_length`)"
    if (
        field.pattern
        and matches
        and isinstance(value, str)
        and len(value) <= _MAX_MATCHED
        and re.fullmatch(field.pattern, value, re.ASCII) is None
    ):
        yield "does not match `pattern`"
    if field.required and field.type in TEXTS and value == "":
        yield "is empty"


def _too_precise(field: Field, value: JsonValue) -> str:
    """Why a decimal does not fit into its precision and scale, or nothing."""
    number = Decimal(str(value))
    _, digits, exponent = number.as_tuple()
    scale = field.scale or 0
    after = max(0, -int(exponent))
    before = max(0, len(digits) + int(exponent)) if number else 0
    if after > scale:
        return f"has more than {scale} digits after the point"
    if before > (field.precision or 0) - scale:
        return f"has more than {(field.precision or 0) - scale} digits before the point"
    return ""


def _shown(value: JsonValue) -> str:
    text = str(value)
    return f"`{text if len(text) <= 40 else text[:39] + '…'}`"
