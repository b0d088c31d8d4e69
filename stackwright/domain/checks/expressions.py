"""Expressions of checks and computed values, with the types of the fields they read."""

from stackwright.domain.checks.model import Model
from stackwright.domain.entity import Check, Computed, Entity
from stackwright.domain.expression import Expression, ExpressionError, Kind, Operand, typed
from stackwright.domain.field import TEXTS, FieldType
from stackwright.domain.report import Place, Report

_FITS = {
    Kind.INTEGER: frozenset(
        {FieldType.INTEGER, FieldType.BIGINT, FieldType.DECIMAL, FieldType.FLOAT}
    ),
    Kind.DECIMAL: frozenset({FieldType.DECIMAL}),
    Kind.FLOAT: frozenset({FieldType.FLOAT}),
    Kind.TEXT: TEXTS,
    Kind.ENUM: frozenset({FieldType.STRING, FieldType.TEXT}),
    Kind.BOOLEAN: frozenset({FieldType.BOOLEAN}),
    Kind.DATE: frozenset({FieldType.DATE}),
    Kind.TIME: frozenset({FieldType.TIME}),
    Kind.DATETIME: frozenset({FieldType.DATETIME}),
    Kind.DURATION: frozenset({FieldType.DURATION}),
    Kind.UUID: frozenset({FieldType.UUID}),
}


def check_expressions(entity: Entity, model: Model, report: Report) -> Entity:
    """The entity with every expression checked and typed; reports what is wrong."""
    checks = tuple(_check(check, entity, model, report) for check in entity.checks)
    computed = tuple(_computed(value, entity, model, report) for value in entity.computed)
    return entity.model_copy(update={"checks": checks, "computed": computed})


def operands(entity: Entity) -> tuple[Operand, ...]:
    """The fields of an entity as expressions see them."""
    keys = entity.primary_key.parts
    return tuple(
        Operand(
            name=field.name,
            type=field.type,
            nullable=not field.required and field.name not in keys,
            values=tuple(value.name for value in field.values),
        )
        for field in entity.fields
    )


def _check(check: Check, entity: Entity, model: Model, report: Report) -> Check:
    where = f"{check.where}.expression"
    expression = _typed(check.expression, None, entity, where, model, report)
    if expression is None:
        return check
    if expression.kind is not Kind.BOOLEAN:
        message = f"A check must be true or false; this is {expression.kind.named}."
        report.error(where, message, "Compare it with something: `price > 0`.")
    elif not expression.names:
        report.error(where, "The check reads no field.", "Name a field of the row.")
    return check.model_copy(update={"expression": expression})


def _computed(value: Computed, entity: Entity, model: Model, report: Report) -> Computed:
    where = f"{value.where}.expression"
    scale = value.scale if value.type is FieldType.DECIMAL else None
    expression = _typed(value.expression, None, entity, where, model, report)
    if expression is None:
        return value
    kind = expression.kind
    if kind is not Kind.UNKNOWN and value.type not in _FITS.get(kind, frozenset()):
        fits = ", ".join(sorted(_FITS.get(kind, ())))
        hint = f"Its type can be: {fits}." if fits else "Only stored values can be computed with."
        if kind is Kind.DECIMAL and value.type in (FieldType.INTEGER, FieldType.BIGINT):
            hint = "Use decimal(10, 0), or take whole numbers only, and no division."
        report.error(where, f"This is {kind.named}, but the type is {value.type}.", hint)
    elif scale is not None:
        # A copy would keep the tree that was cached without the rounding.
        expression = Expression(text=expression.text, operands=expression.operands, scale=scale)
    return value.model_copy(update={"expression": expression})


def _typed(
    expression: Expression,
    scale: int | None,
    entity: Entity,
    where: str,
    model: Model,
    report: Report,
) -> Expression | None:
    """The expression with its operands; None if something is wrong or unsure."""
    try:
        names = expression.names
    except ExpressionError as error:
        _report(where, error.message, error.hint, error.at, report)
        return None
    fields = operands(entity)
    known = {field.name for field in fields}
    doubtful = {n for n in names if n not in known and model.is_unsure(entity.name, n)}
    found, problems = typed(expression.text, fields, scale)
    for problem in problems:
        if doubtful and not problem.message.startswith("there is no field"):
            continue  # may follow from the field that could not be read
        name = problem.message.split("`")[1] if "`" in problem.message else ""
        if problem.message.startswith("there is no field") and name in doubtful:
            continue
        hint = problem.hint or _other_member(name, entity)
        _report(where, problem.message, hint, problem.at, report)
    return found


def _other_member(name: str, entity: Entity) -> str:
    if any(computed.name == name for computed in entity.computed):
        return "Only stored fields can be used, not computed ones."
    if entity.relation(name) is not None:
        return "Only fields can be used, not relations."
    return ""


def _report(where: str, message: str, hint: str, at: int, report: Report) -> None:
    place = report.place(f"{where}.text")
    exact = place != report.place(where) or at == 0
    place = Place(place.line, place.column + at) if exact else place
    report.error(where, f"{message[0].upper()}{message[1:]}.", hint, at=place)
