"""The texts of an entity in every language of the project; the model has one label for all of them."""

from pydantic import JsonValue

from stackwright.domain import naming
from stackwright.domain.entity import Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend.members import ToMany, members, related


def labels(entity: Entity, project: Project) -> dict[str, JsonValue]:
    """Language → texts, so that each language can be translated by itself."""
    return {locale: texts(entity, project) for locale in project.locales}


def texts(entity: Entity, project: Project) -> dict[str, JsonValue]:
    """Names of the entity, of its fields and values, help texts and messages."""
    fields: dict[str, JsonValue] = {}
    help_texts: dict[str, JsonValue] = {}
    values: dict[str, JsonValue] = {}
    for member in members(entity, project):
        fields[member.name] = member.label or naming.sentence(member.name)
        if isinstance(member, Field):
            _describe(member, member.name, help_texts, values)
        elif isinstance(member, ToMany):
            for field in member.relation.attributes:
                key = f"{member.name}.{field.name}"
                fields[key] = field.label or naming.sentence(field.name)
                _describe(field, key, help_texts, values)
    for relation in related(entity, project):
        name = relation.inverse or ""
        fields[name] = relation.inverse_label or naming.sentence(name)
    for relation in entity.relations:
        if relation.description:
            help_texts[relation.name] = relation.description
    return {
        "singular": entity.label or naming.sentence(entity.name),
        "plural": plural(entity),
        "fields": fields,
        "help": help_texts,
        "values": values,
        "checks": {check.name: check.message for check in entity.checks},
    }


def plural(entity: Entity) -> str:
    """What a list of the entity is called."""
    return entity.plural_label or naming.sentence(entity.plural)


def _describe(
    field: Field, key: str, help_texts: dict[str, JsonValue], values: dict[str, JsonValue]
) -> None:
    if field.description:
        help_texts[key] = field.description
    if field.type is FieldType.ENUM or field.items is FieldType.ENUM:
        values[key] = {value.name: value.label for value in field.values}
