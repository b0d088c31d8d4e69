"""Cases for permissions: for every role whether it may create, read, update and delete."""

from typing import Any

from stackwright.domain.entity import ADMIN, PUBLIC, USER, Entity
from stackwright.domain.project import Project
from stackwright.generation.backend.testing.literals import row


def access(entity: Entity, project: Project) -> dict[str, Any]:
    """Tables of roles and the status that each action answers with."""
    allowed = entity.permissions
    return {
        "creates": _table(project, allowed.create, 201),
        "reads": _table(project, allowed.read, 200),
        "updates": _table(project, allowed.update, 200),
        "deletes": _table(project, allowed.delete, 204),
        "updaters": [role for role in (USER, *project.roles, ADMIN) if _may(role, allowed.update)],
    }


def _table(project: Project, allowed: tuple[str, ...], status: int) -> list[str]:
    return [
        row(role, status if _may(role, allowed) else 401 if role == PUBLIC else 403)
        for role in (PUBLIC, USER, *project.roles, ADMIN)
    ]


def _may(role: str, allowed: tuple[str, ...]) -> bool:
    if role == ADMIN or PUBLIC in allowed or role in allowed:
        return True
    return role != PUBLIC and USER in allowed
