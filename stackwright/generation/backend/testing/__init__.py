"""What the templates of generated tests are given: literal rows and tables of cases."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import Entity
from stackwright.domain.project import Project
from stackwright.generation.backend.testing.access import access
from stackwright.generation.backend.testing.examples import example_rows, fixed_keys, payload
from stackwright.generation.backend.testing.literals import entries, source
from stackwright.generation.backend.testing.reading import reading
from stackwright.generation.backend.testing.relating import relating
from stackwright.generation.backend.testing.writing import writing
from stackwright.generation.config import Config


def tests_view(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    """Plain data for the tests of one entity.

    `rows` counts the example rows: with none (contradicting rules) only access can be tested.
    """
    rows = example_rows(project, entity) if config.tests else ()
    view: dict[str, Any] = {
        "name": source(naming.snake(entity.name)),
        "rows": len(rows),
        "payloads": [entries(payload(entity, row)) for row in rows],
        "fixed": [source(name) for name in fixed_keys(entity)],
        "access": access(entity, project),
    }
    if rows:
        view["writing"] = writing(entity, rows)
        view["reading"] = reading(entity, rows)
        view["relating"] = relating(project, entity, rows)
    return view
