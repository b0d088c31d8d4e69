"""Who asks, and whether their roles allow it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.accounts.models import User
from app.accounts.security import read_token
from app.core.actor import Actor
from app.core.database import SessionDep
from app.core.problems import Problem
from app.core.resource import PUBLIC, USER
from app.core.settings import Settings

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Caller(Actor):
    """Whoever sends a request: an account with its roles, or the public."""

    def __init__(self, user: User | None) -> None:
        roles = frozenset({PUBLIC} if user is None else {PUBLIC, USER, *user.roles})
        super().__init__(user.id if user else None, roles)
        self.user = user


def get_settings_of(request: Request) -> Settings:
    """The settings with which the application was made."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings_of)]


def get_caller(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    token: Annotated[str | None, Depends(_bearer)],
) -> Caller:
    """Who sends the request.

    Raises:
        Problem: The token has ended, is not ours, or its account is closed (401).
    """
    if token is None:
        return Caller(None)
    user_id = read_token(token, settings)
    user = session.get(User, user_id) if user_id else None
    if user is None or not user.is_active:
        raise Problem(401, "The login has ended. Log in again.", headers=_CHALLENGE)
    request.state.user_id = str(user.id)
    return Caller(user)


def allow(*roles: str) -> Callable[[Caller], Caller]:
    """A dependency that lets these roles, and administrators, through."""

    def permitted(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
        if caller.may(roles):
            return caller
        if caller.user is None:
            raise Problem(401, "Log in first.", headers=_CHALLENGE)
        raise Problem(403, "Your role does not allow this.")

    return permitted


CallerDep = Annotated[Caller, Depends(get_caller)]
LoggedInDep = Annotated[Caller, Depends(allow(USER))]
