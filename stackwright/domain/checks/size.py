"""Models that are larger than databases or people can bear."""

from stackwright.domain.checks.model import Model
from stackwright.domain.report import Report

_MANY_ENTITIES, _MOST_ENTITIES = 200, 1_000
_MANY_FIELDS, _MOST_FIELDS = 80, 900  # MySQL allows 1,017 columns of a table
_MANY_VALUES = 200


def check_size(model: Model, report: Report) -> None:
    """Too many of anything; and entities without anything."""
    count = len(model.entities)
    if count > _MOST_ENTITIES:
        report.error(
            "entities", f"There are {count:,} entities; at most {_MOST_ENTITIES:,} are possible."
        )
    elif count > _MANY_ENTITIES:
        hint = "Think of several systems."
        report.warning("entities", f"{count} entities are a lot for one system.", hint)
    for entity in model.entities:
        fields = len(entity.fields)
        if fields > _MOST_FIELDS:
            message = f"{entity.name} has {fields:,} fields; databases allow {_MOST_FIELDS}."
            report.error(f"{entity.where}.fields", message, "Split the entity.")
        elif fields > _MANY_FIELDS:
            message = f"{entity.name} has {fields} fields, which is a lot for one form."
            report.warning(f"{entity.where}.fields", message, "Split the entity.")
        elif not fields and entity.name not in model.partial and not model.unsure.get(entity.name):
            report.warning(
                entity.where, f"{entity.name} has no fields.", "Add some under `fields`."
            )
        for field in entity.fields:
            if len(field.values) > _MANY_VALUES:
                message = f"`{field.name}` has {len(field.values)} values."
                report.warning(f"{field.where}.values", message, "Make it an entity of its own.")
