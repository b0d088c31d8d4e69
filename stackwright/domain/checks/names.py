"""Names: reserved words, clashes, spellings that become the same identifier."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from stackwright.domain import naming
from stackwright.domain.checks.model import Model
from stackwright.domain.checks.reserved import API, ROLES, SQL_SOME, entity_reserved, field_reserved
from stackwright.domain.entity import Entity
from stackwright.domain.field import Field
from stackwright.domain.language import MAX_NAME, PASCAL
from stackwright.domain.relation import Relation
from stackwright.domain.report import Report
from stackwright.domain.suggestion import match

_AUDIT = ("created_at", "created_by", "updated_at", "updated_by", "created_by_id", "updated_by_id")
_PLURALS = frozenset(
    """
    AuditEntries Auth Auths Catalog Docs Files Health Healths Permissions Users Utc
    """.split()
)
_PARTS = (
    "Base",
    "Create",
    "Read",
    "Update",
    "Patch",
    "Fields",
    "ListPage",
    "EditPage",
    "DetailPage",
)


class _Member(NamedTuple):
    name: str
    what: str
    where: str


def check_names(model: Model, report: Report) -> None:
    """Everything about names."""
    _entity_names(model, report)
    _roles(model, report)
    incoming: dict[str, list[Relation]] = {}
    for relation in model.relations():
        if relation.inverse:
            incoming.setdefault(relation.target, []).append(relation)
    for entity in model.entities:
        _members(entity, incoming.get(entity.name, ()), model, report)
        _renamed(entity, report)
        for field in entity.fields:
            _field_name(field, report)
            _enum_values(field, report)
        for computed in entity.computed:
            _reserved(computed.name, computed.where, report, is_column=False)
        for relation in entity.relations:
            _relation_names(relation, report)


def _entity_names(model: Model, report: Report) -> None:
    lower: dict[str, str] = {}
    files: dict[str, str] = {}
    plurals: dict[str, str] = {}
    links = _links(model)
    for entity in model.entities:
        files.setdefault(naming.snake(entity.name), entity.name)
    for entity in model.entities:
        name = entity.name
        why = entity_reserved(name)
        if why is not None:
            hint = f"Say more exactly what it is, such as `{_longer(name)}`."
            report.error(entity.where, f"An entity cannot be called `{name}`: it {why}.", hint)
        same_letters = lower.setdefault(name.lower(), name)
        same_file = files[naming.snake(name)]
        if same_letters != name:
            message = f"`{same_letters}` and `{name}` differ only in upper and lower case."
            report.error(entity.where, message, "Rename one of them.")
        elif same_file != name:
            message = f"`{same_file}` and `{name}` become the same file name."
            report.error(entity.where, message, "Rename one of them.")
        owner, part = _part(name, files)
        if owner:
            message = f"`{name}` is what generated code calls the {part.lower()} of `{owner}`."
            report.error(entity.where, message, "Rename it.")
        elif name in links:
            message = f"`{name}` is what generated code calls the links of {links[name]}."
            report.error(entity.where, message, "Rename it.")
        if why is None and PASCAL.fullmatch(entity.plural):
            _plural(entity, files, plurals, report)
    _renamed_entities(model, report)


def _part(name: str, files: Mapping[str, str]) -> tuple[str, str]:
    """The entity of whose generated parts this is the name, and the part."""
    for part in _PARTS:
        owner = name.removesuffix(part)
        if owner != name and files.get(naming.snake(owner)) == owner:
            return owner, part
    return "", ""


def _links(model: Model) -> dict[str, str]:
    """The classes of many-to-many relations' links, and whose they are."""
    found: dict[str, str] = {}
    for relation in model.relations():
        if relation.is_to_one:
            continue
        found[f"{relation.owner}{naming.pascal(relation.name)}Link"] = (
            f"{relation.owner}.{relation.name}"
        )
        for entity, side in ((relation.owner, relation.name), (relation.target, relation.inverse)):
            for part in ("Read", "Write") if side else ():
                found[f"{entity}{naming.pascal(side or '')}{part}"] = f"{entity}.{side}"
    return found


def _renamed_entities(model: Model, report: Report) -> None:
    renamed: dict[str, str] = {}
    for entity in model.entities:
        old = entity.renamed_from
        if old is None:
            continue
        path = f"{entity.where}.renamed_from"
        if model.entity(old) is not None:
            report.error(path, f"There still is an entity `{old}`.", "Delete `renamed_from`.")
        elif old in renamed:
            report.error(path, f"`{old}` has also been renamed to `{renamed[old]}`.")
        renamed[old] = entity.name


def _plural(
    entity: Entity, files: Mapping[str, str], plurals: dict[str, str], report: Report
) -> None:
    """The plural of an entity against every name, and the plurals before it."""
    path = f"{entity.where}.plural"
    plural, spelling = entity.plural, naming.snake(entity.plural)
    hint = f"Add a plural of its own, such as `plural: {plural}List`."
    earlier = plurals.setdefault(spelling, entity.name)
    if spelling == naming.snake(entity.name):
        message = f"The plural of `{entity.name}` is the same word, so that one and many cannot be told apart."
        report.error(path, message, hint)
    elif spelling in files:
        message = f"The plural of `{entity.name}` is `{plural}`, which is another entity."
        report.error(path, message, hint)
    elif earlier != entity.name:
        message = f"`{earlier}` and `{entity.name}` have the same plural `{plural}`."
        report.error(path, message, hint)
    if plural in _PLURALS:
        report.error(path, f"The plural `{plural}` is needed by generated code.", hint)
    elif len(spelling) > MAX_NAME:
        message = f"The plural `{spelling}` is longer than {MAX_NAME} characters."
        report.error(path, message, "Give a shorter `plural`.")


def _roles(model: Model, report: Report) -> None:
    for role in model.roles:
        if role in ROLES:
            hint = (
                "The roles public, user and admin exist anyway."
                if role in ("public", "user", "admin")
                else ""
            )
            report.error(
                f"roles.{role}", f"The role `{role}` is built in or would be mistaken for it.", hint
            )
    for entity in model.entities:
        for action in ("create", "read", "update", "delete"):
            for role in getattr(entity.permissions, action):
                known = ("public", "user", "admin", *model.roles)
                if role not in known:
                    meant = match(role, known)
                    hint = f"Did you mean `{meant}`?" if meant else "Add it to `roles` at the top."
                    path = f"{entity.where}.permissions.{action}.{role}"
                    report.error(path, f"There is no role `{role}`.", hint)


def _members(entity: Entity, incoming: Iterable[Relation], model: Model, report: Report) -> None:
    """Names of one entity that clash with each other or with columns that are added."""
    taken: dict[str, str] = {}
    if entity.audit:
        taken |= dict.fromkeys(_AUDIT, "a column of `audit`")
    if entity.soft_delete:
        taken["deleted_at"] = "the column of `soft_delete`"
    if entity.optimistic_lock:
        taken["version"] = "the column of `optimistic_lock`"
    for name, why in API.items():
        taken[name] = f"reserved: {why}"
    for member in _all_members(entity, incoming, model):
        if member.name in taken:
            is_reserved = taken[member.name].startswith("reserved")
            owner = taken[member.name] if is_reserved else f"also {taken[member.name]}"
            hint = f"Rename it, for example to `{_other(member.name, entity)}`."
            message = f"The {member.what} `{member.name}` of {entity.name} is {owner}."
            report.error(member.where, message, hint)
        else:
            taken[member.name] = f"a {member.what}"


def _all_members(entity: Entity, incoming: Iterable[Relation], model: Model) -> Iterator[_Member]:
    for field in entity.fields:
        yield _Member(field.name, "field", field.where)
    for computed in entity.computed:
        yield _Member(computed.name, "computed value", computed.where)
    for relation in entity.relations:
        yield _Member(relation.name, "relation", relation.where)
        if relation.is_to_one:
            target = model.entity(relation.target)
            parts = target.primary_key.parts if target is not None else ()
            for part in parts or ("id",):
                yield _Member(f"{relation.name}_{part}", "relation's column", relation.where)
    for relation in incoming:
        if relation.inverse and relation.inverse != (relation.name if relation.is_self else ""):
            yield _Member(relation.inverse, "relation", f"{relation.where}.inverse")


def _renamed(entity: Entity, report: Report) -> None:
    renamed: dict[str, str] = {}
    members: list[Field | Relation] = [*entity.fields, *entity.relations]
    present = {member.name for member in members}
    for member in members:
        old = member.renamed_from
        if old is None:
            continue
        path = f"{member.where}.renamed_from"
        if old in present:
            report.error(
                path, f"There still is `{old}` in {entity.name}.", "Delete `renamed_from`."
            )
        elif old in renamed:
            report.error(path, f"`{old}` has also been renamed to `{renamed[old]}`.")
        renamed[old] = member.name


def _field_name(field: Field, report: Report) -> None:
    _reserved(field.name, field.where, report, is_column=True)


def _relation_names(relation: Relation, report: Report) -> None:
    _reserved(relation.name, relation.where, report, is_column=False)
    if relation.inverse:
        _reserved(relation.inverse, f"{relation.where}.inverse", report, is_column=False)
    for field in relation.attributes:
        _field_name(field, report)
        _enum_values(field, report)
        if field.name in ("id", "display", "owner", "target"):
            message = f"An attribute of a relation cannot be called `{field.name}`."
            report.error(field.where, message, "Rename it.")


def _reserved(name: str, where: str, report: Report, *, is_column: bool) -> None:
    found = field_reserved(name)
    if found is None:
        return
    why, is_fatal = found
    if why.endswith(_OF_SQL) and not is_column:  # its column is called `<name>_id`
        return
    hint = f"Say more exactly what it is, such as `{name}_{_ENDINGS.get(name, 'value')}`."
    if is_fatal:
        report.error(where, f"`{name}` {why}.", hint)
    else:
        message = f"`{name}` {why}; generated SQL quotes it, and so must you."
        report.warning(where, message, hint)


_OF_SQL = ("word of SQL", *SQL_SOME)
_ENDINGS = {
    "property": "address",
    "order": "number",
    "group": "name",
    "date": "of_event",
    "time": "of_day",
    "class": "name",
    "user": "name",
    "key": "code",
    "rank": "position",
    "condition": "state",
    "table": "number",
    "from": "date",
    "to": "date",
    "default": "choice",
}


def _enum_values(field: Field, report: Report) -> None:
    seen: dict[str, str] = {}
    for value in field.values:
        identifier = naming.pascal(value.name).lower()
        path = f"{field.where}.values.{value.name}"
        if identifier in seen:
            message = (
                f"The values `{seen[identifier]}` and `{value.name}` become the same identifier."
            )
            report.error(path, message, "Rename one of them.")
        seen.setdefault(identifier, value.name)
    labels: dict[str, str] = {}
    for value in field.values:
        other = labels.setdefault(value.label.lower(), value.name)
        if naming.words(other) != naming.words(value.name):
            message = f"The values `{other}` and `{value.name}` have the same label."
            report.warning(f"{field.where}.values.{value.name}", message, "Change one of them.")


def _other(name: str, entity: Entity) -> str:
    return f"{naming.snake(entity.name)}_{name}"[:MAX_NAME]


def _longer(name: str) -> str:
    examples = {
        "User": "Customer",
        "Page": "WebPage",
        "File": "Attachment",
        "Session": "CourseSession",
        "Base": "MilitaryBase",
        "Problem": "ReportedProblem",
        "Table": "DiningTable",
        "Test": "LabTest",
        "Date": "Appointment",
        "Model": "CarModel",
        "Module": "CourseModule",
        "Route": "DeliveryRoute",
    }
    return examples.get(name, f"Business{name}")
