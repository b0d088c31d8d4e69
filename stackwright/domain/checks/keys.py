"""Primary keys, unique constraints, indexes and display fields: the names in them and their types."""

from stackwright.domain.checks.model import USER_FIELDS, Model, columns
from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import FILES, TEXTS, Field, FieldType
from stackwright.domain.relation import Relation, RelationKind
from stackwright.domain.report import Report
from stackwright.domain.suggestion import closest

_KEY_TYPES = frozenset(
    {
        FieldType.STRING,
        FieldType.INTEGER,
        FieldType.BIGINT,
        FieldType.DATE,
        FieldType.UUID,
        FieldType.ENUM,
        FieldType.EMAIL,
    }
)
_NOT_INDEXED = FILES | {FieldType.JSON, FieldType.LIST, FieldType.POINT, FieldType.TEXT}
_NOT_SHOWN = FILES | {FieldType.JSON, FieldType.LIST, FieldType.POINT}
_STRING_LIKE = (FieldType.STRING, FieldType.EMAIL, FieldType.URL, FieldType.TEXT)
KEY_PATTERN = r"(?!count$)[^/\x00-\x1f]*[^/\x00-\x1f.][^/\x00-\x1f]*"  # no path segment of ours
_MAX_COLUMNS = 16  # of one index in MySQL


def check_keys(entity: Entity, model: Model, report: Report) -> None:
    """Everything in which an entity names its own columns."""
    _primary_key(entity, model, report)
    for kind in ("indexes", "unique"):
        _constraints(entity, kind, model, report)
    if entity.display is not None:
        _display(entity, entity.display, f"{entity.where}.display", model, report)
    for relation in entity.relations:
        if relation.display is not None:
            _relation_display(relation, model, report)


def default_display(entity: Entity) -> str | None:
    """The field that shows a row when the model does not say: the first required text, else the id."""
    for field in entity.fields:
        if field.required and not field.sensitive and field.type in _STRING_LIKE:
            return field.name
    return None


def guarded(entity: Entity) -> Entity:
    """The entity, the texts of its key kept from being empty, and from meaning something else in a path."""
    parts = entity.primary_key.parts
    fields = [
        field.model_copy(update=_guard(field, is_alone=len(parts) == 1))
        if field.name in parts and field.type in TEXTS
        else field
        for field in entity.fields
    ]
    return entity.model_copy(update={"fields": tuple(fields)})


def _guard(field: Field, *, is_alone: bool) -> dict[str, object]:
    update: dict[str, object] = {"min_length": max(1, field.min_length or 0)}
    if is_alone and field.type is FieldType.STRING and field.pattern is None:
        update["pattern"] = KEY_PATTERN.replace("/", "")  # that one is escaped in such an id
    return update


def _unknown(name: str, entity: Entity, where: str, model: Model, report: Report) -> bool:
    """Whether a name is neither field nor to-one relation of the entity (reported)."""
    known = columns(entity)
    if name in known or model.is_unsure(entity.name, name):
        return name not in known
    hint = closest(name, known)
    what = "no field or to-one relation"
    if any(computed.name == name for computed in entity.computed):
        hint = "It is computed, and not stored."
    elif relation := entity.relation(name):
        hint = f"It is {relation.kind}, and has no column here."
    elif name.removesuffix("_id") in known:
        hint = f"Write the name of the relation: `{name.removesuffix('_id')}`."
    report.error(where, f"{entity.name} has {what} `{name}`.", hint)
    return True


def _primary_key(entity: Entity, model: Model, report: Report) -> None:
    for part in entity.primary_key.parts:
        where = f"{entity.where}.primary_key.{part}"
        if _unknown(part, entity, where, model, report):
            continue
        field, relation = entity.field(part), entity.relation(part)
        if field is not None:
            _key_field(field, where, report)
        elif relation is not None:
            _key_relation(relation, where, report)


def _key_field(field: Field, where: str, report: Report) -> None:
    if field.type not in _KEY_TYPES:
        kinds = ", ".join(sorted(_KEY_TYPES))
        message = f"The type {field.type} cannot be part of a primary key."
        report.error(where, message, f"These can: {kinds}.")
    elif not field.required:
        message = f"`{field.name}` is part of the primary key and may be left out."
        report.error(where, message, f"Add `required: true` to `{field.name}`.")
    if field.sensitive:
        report.error(where, f"`{field.name}` is sensitive, and a key is seen by everybody.")


def _key_relation(relation: Relation, where: str, report: Report) -> None:
    name = relation.name
    if relation.is_self:
        message = f"`{name}` points to {relation.owner} itself: no first row would be possible."
        report.error(where, message, "Take it out of the primary key.")
    elif not relation.required:
        message = f"`{name}` is part of the primary key and may be left out."
        report.error(where, message, f"Add `required: true` to `{name}`.")


def _constraints(entity: Entity, kind: str, model: Model, report: Report) -> None:
    what = "unique constraint" if kind == "unique" else "index"
    seen: dict[tuple[str, ...], str] = {}
    for number, names in enumerate(getattr(entity, kind)):
        path = f"{entity.where}.{kind}[{number}]"
        for name in names:
            where = f"{path}.{name}"
            if _unknown(name, entity, where, model, report):
                continue
            field = entity.field(name)
            if field is not None and field.type in _NOT_INDEXED:
                message = f"The type {field.type} cannot be part of this {what}."
                report.error(where, message, "Use the type string for short texts.")
        key = tuple(sorted(names)) if kind == "unique" else names
        if key in seen:
            report.error(path, f"This {what} is there twice.", "Delete one of them.")
        seen[key] = path
        if len(names) > _MAX_COLUMNS:
            report.error(path, f"MySQL allows {_MAX_COLUMNS} columns in one {what}.")
        if kind == "unique":
            why = _unique_anyway(entity, names)
            if why:
                report.warning(path, f"{why} unique anyway.", "Delete the constraint.")


def _unique_anyway(entity: Entity, names: tuple[str, ...]) -> str:
    """What makes a unique constraint superfluous, or nothing."""
    if sorted(names) == sorted(entity.primary_key.parts):
        return "The primary key is"
    field, relation = entity.field(names[0]), entity.relation(names[0])
    if len(names) == 1 and field is not None and field.unique:
        return f"`{field.name}` is"
    if len(names) == 1 and relation is not None and relation.kind is RelationKind.ONE_TO_ONE:
        return f"`{relation.name}` is one_to_one, and so"
    return ""


def _display(entity: Entity, name: str, where: str, model: Model, report: Report) -> None:
    field = entity.field(name)
    if field is None:
        if model.is_unsure(entity.name, name):
            return
        hint = closest(name, [other.name for other in entity.fields])
        names = {*(c.name for c in entity.computed), *(r.name for r in entity.relations)}
        if name in names:
            hint = "Only a stored field can be shown for a row."
        report.error(where, f"{entity.name} has no field `{name}`.", hint)
    elif field.sensitive:
        report.error(where, f"`{name}` is sensitive and cannot be shown.", "Choose another field.")
    elif field.type in _NOT_SHOWN:
        report.error(
            where, f"The type {field.type} cannot be shown for a row.", "Choose another field."
        )


def _relation_display(relation: Relation, model: Model, report: Report) -> None:
    where, name = f"{relation.where}.display", str(relation.display)
    target = model.entity(relation.target)
    if target is not None:
        _display(target, name, where, model, report)
    elif relation.target == BUILT_IN_USER and name not in USER_FIELDS:
        hint = closest(name, USER_FIELDS) or f"There are: {', '.join(USER_FIELDS)}."
        report.error(where, f"The built-in User has no field `{name}`.", hint)
