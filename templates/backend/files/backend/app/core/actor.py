"""Whoever makes a change."""

from uuid import UUID

from app.core.resource import ADMIN


class Actor:
    """An account with its roles, or somebody who has none."""

    def __init__(self, user_id: UUID | None, roles: frozenset[str]) -> None:
        self.user_id = user_id
        self.roles = roles

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything."""
        return ADMIN in self.roles

    def may(self, allowed: tuple[str, ...]) -> bool:
        """Whether one of their roles is among the allowed ones."""
        return self.is_admin or not self.roles.isdisjoint(allowed)
