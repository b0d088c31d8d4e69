"""People whom another provider has identified, and whether they are let in."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from stackwright.access.accounts import Email, Name
from stackwright.value import Value

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_LONGEST_NAME = 80


def _plain(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("has characters that no subject has")
    return text


class Identity(Value):
    """Somebody as a provider knows them.

    Attributes:
        issuer: The provider.
        subject: What it calls this person, now and always. Source: OpenID Connect Core 1.0, section 2.
        email: Empty: it tells none that can be used.
        is_verified: Whether the provider knows that the address is theirs.
        name: What to call them.
    """

    issuer: str
    subject: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]
    email: str = ""
    is_verified: bool = False
    name: str


class Admission(StrEnum):
    """What becomes of somebody whom a provider has identified."""

    ENTER = "enter"  # into the account that is connected
    MAKE = "make"  # an account
    DISABLED = "disabled"
    TAKEN = "taken"
    CLOSED = "closed"
    UNVERIFIED = "unverified"


def admission(
    identity: Identity, *, is_out: bool | None, is_taken: bool, is_closed: bool
) -> Admission:
    """Whether somebody is let in, and where.

    Args:
        identity: Who they are.
        is_out: Whether the account that is connected with them is disabled; None: none is connected.
        is_taken: Whether an account has their mail address. It is never handed over: an address can
            change its owner, and a provider can be wrong.
        is_closed: Whether nobody can sign up.
    """
    if is_out is not None:
        return Admission.DISABLED if is_out else Admission.ENTER
    is_theirs = identity.is_verified and bool(identity.email)
    if is_theirs and is_taken:
        return Admission.TAKEN
    if is_closed:
        return Admission.CLOSED
    return Admission.MAKE if is_theirs else Admission.UNVERIFIED


def leaves_a_way_in(
    issuers: Collection[str], removed: str, *, has_password: bool, served: str
) -> bool:
    """Whether somebody can still sign in without this connection.

    Args:
        issuers: The providers that their account is connected with.
        removed: The one that goes.
        has_password: Whether the account has one.
        served: The provider that this installation asks now; others are of no use.
    """
    return has_password or (served in issuers and served != removed)


def usable_email(told: object) -> str:
    """The mail address that a provider tells, as accounts are known by; empty: it is none."""
    try:
        return _EMAIL.validate_python(told)
    except ValidationError:
        return ""


def usable_name(*told: object) -> str:
    """The first of what a provider tells that can be shown as a name, shortened if need be."""
    for one in told:
        try:
            return _NAME.validate_python(one[:_LONGEST_NAME] if isinstance(one, str) else one)
        except ValidationError:
            continue
    return "Somebody"
