"""Checking passwords: counted before they are looked at, equally slow for everybody."""

import hashlib
from collections.abc import Sequence

from pydantic import SecretStr

from app.edge.parts import Parts
from app.edge.problems import TryLaterError, forbidden
from app.storage import accounts, limits
from app.storage.trail import note
from stackwright.access.accounts import Account
from stackwright.access.audit import Entry
from stackwright.access.passwords import password_problems
from stackwright.errors import ProjectError


def checked_password(password: SecretStr, email: str, name: str) -> str:
    """A new password that is good enough.

    Raises:
        ProjectError: It is not (HTTP 422).
    """
    text = password.get_secret_value()
    if found := password_problems(text, email, name):
        raise ProjectError.bad_input(
            "The password is not good enough.", hint=found[0].hint, findings=found
        )
    return text


async def proved(parts: Parts, email: str, password: SecretStr, address: str) -> Account | None:
    """The account with this address and password; None: there is none, or it is disabled.

    Ten failures in five minutes lock the address of the account, whether it exists or not, and the
    address of the caller.

    Raises:
        TryLaterError: Locked.
    """
    key, counted = await _counted(parts, email, address)
    async with parts.storage.session() as session:
        found = await accounts.by_email(session, email)
    text = password.get_secret_value()
    is_right = await parts.hasher.matches(found[1] if found else None, text)
    if not found or not found[1] or not is_right or found[0].disabled:
        await _note_failure(parts, found[0] if found else None, address)
        return None
    outdated = parts.hasher.is_outdated(found[1])
    hashed = await parts.hasher.hash(text) if outdated else None
    async with parts.storage.session() as session:
        await limits.login_succeeded(session, key, counted)
        if hashed:
            await accounts.change(session, found[0].id, password_hash=hashed)
    return found[0]


async def must_match(parts: Parts, account: Account, password: SecretStr, address: str) -> None:
    """Let nobody change a password who does not know it.

    Raises:
        ProjectError: It is wrong (HTTP 403), or too many wrong ones were tried (429).
    """
    if await proved(parts, account.email, password, address) is None:
        raise forbidden("The current password is wrong.", "Enter the one you log in with.")


async def _counted(parts: Parts, email: str, address: str) -> tuple[str, Sequence[int]]:
    key = f"account:{hashlib.sha256(email.encode()).hexdigest()}"
    keys, now = (key, f"address:{address}"), parts.now()
    async with parts.storage.session() as session:
        wait_s, counted = await limits.try_login(session, keys, now)
        if wait_s:
            note(session, Entry(action="session.locked", at=now, address=address))
    if wait_s:
        raise TryLaterError("Too many logins have failed.", wait_s)
    return key, counted


async def _note_failure(parts: Parts, account: Account | None, address: str) -> None:
    """Without what was entered: people type passwords into the wrong field."""
    subject = str(account.id) if account else ""
    async with parts.storage.session() as session:
        note(
            session,
            Entry(action="session.refused", at=parts.now(), subject=subject, address=address),
        )
