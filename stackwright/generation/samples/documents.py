"""Sample rows as the JSON documents that a generated back end loads."""

import json
from typing import Any

from stackwright.domain.entity import Entity
from stackwright.domain.field import FILES, Field
from stackwright.domain.project import Project
from stackwright.generation.samples.native import as_json, is_said
from stackwright.generation.samples.rows import Row, rows

ROWS = 12  # of each entity; fewer where the rules allow no more


def sample_document(project: Project, entity: Entity, count: int = ROWS) -> str:
    """A JSON list of rows; links are numbers of rows in the target's own document, from 0.

    A row is `{"values": {…}, "links": {relation: number}, "members": {relation: [{"row": number, …}]}}`;
    empty values and links are left out, but for
    values that would get a default.
    """
    found = rows(project, entity, count).rows
    return json.dumps([_row(entity, row) for row in found], indent=2, ensure_ascii=False)


def _row(entity: Entity, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {} if row.key is None else {"id": row.key}
    for field in entity.fields:
        value = row.values[field.name]
        if is_said(field, value):
            values[field.name] = _shown(field, value)
    document: dict[str, Any] = {"values": values}
    links = {name: number for name, number in row.links.items() if number is not None}
    if links:
        document["links"] = links
    members = {
        relation.name: [
            {"row": member.number}
            | {f.name: as_json(f, member.values[f.name]) for f in relation.attributes}
            for member in row.members[relation.name]
        ]
        for relation in entity.relations
        if row.members.get(relation.name)
    }
    if members:
        document["members"] = members
    return document


def _shown(field: Field, value: Any) -> Any:
    return value if field.type in FILES else as_json(field, value)
