"""Letting people in whom a provider has identified, and connecting them with accounts."""

from uuid import uuid4

from app.edge.parts import Parts
from app.edge.problems import conflict, forbidden, not_found
from app.storage import accounts, identities
from app.storage.engine import Session
from app.storage.trail import note
from stackwright.access.accounts import Account, Caller
from stackwright.access.audit import Entry
from stackwright.access.identities import Admission, Identity, admission, leaves_a_way_in
from stackwright.access.rights import Role

CONNECT = "If you have an account, sign in with its password and connect it on the page Account."
REFUSED = {
    Admission.DISABLED: (
        "Your account is disabled, or an admin has not enabled it yet.",
        "Ask an admin to let you in.",
    ),
    Admission.TAKEN: (
        "An account with your mail address exists, and nothing connects it with you.",
        "Sign in with its password, then connect it on the page Account.",
    ),
    Admission.CLOSED: (
        "Nobody can make an account here by signing in.",
        f"Ask an operator for one. {CONNECT}",
    ),
    Admission.UNVERIFIED: (
        "The provider does not say that your mail address is yours.",
        f"Have it verified there, then sign in again. {CONNECT}",
    ),
}
WAITING = (
    "Your account was made. An admin has to enable it before you can sign in.",
    "Ask an admin to let you in, then sign in again.",
)


async def admitted(parts: Parts, identity: Identity, address: str) -> Account:
    """The account of somebody, made if need be.

    Raises:
        ProjectError: They are not let in (HTTP 403).
    """
    async with parts.storage.session() as session:
        decided, account = await _decided(parts, session, identity, address)
    if decided is Admission.MAKE and account.disabled:
        raise forbidden(*WAITING)
    if decided in REFUSED:
        raise forbidden(*REFUSED[decided])
    return account


async def connected(parts: Parts, caller: Caller, identity: Identity) -> None:
    """Let a provider open this account from now on.

    Raises:
        ProjectError: It opens another one, or somebody else there opens this one (HTTP 409).
    """
    account = caller.account
    async with parts.storage.session() as session:
        owner = await identities.owner(session, identity)
        is_new = owner is None and await identities.connect(
            session, account.id, identity, parts.now()
        )
        action = "identity.connect" if is_new else "identity.connect_refused"
        if owner is None or owner.id != account.id:
            issuer = identity.issuer
            note(session, caller.did(action, parts.now(), account.id, issuer=issuer))
    if not is_new and (owner is None or owner.id != account.id):
        raise conflict(
            "This is connected with another account, or your account with another person there.",
            "Disconnect the other one first, on the page Account.",
        )


async def disconnected(parts: Parts, caller: Caller, issuer: str) -> None:
    """Let a provider no longer open this account.

    Raises:
        ProjectError: It did not (HTTP 404), or nothing else does (HTTP 409).
    """
    account = caller.account
    served = await parts.provider.issuer() if parts.provider else ""
    async with parts.storage.session() as session:
        await accounts.by_id(session, account.id)  # held: two at once would leave no way in
        known = [one.issuer for one in await identities.connections(session, account.id)]
        has_password = await accounts.has_password(session, account.id)
        if issuer not in known:
            raise not_found("connection")
        if not leaves_a_way_in(known, issuer, has_password=has_password, served=served):
            raise conflict(
                "Your account has no password: nothing else would open it.",
                "Keep it connected, or ask an admin to disable the account.",
            )
        await identities.disconnect(session, account.id, issuer)
        note(session, caller.did("identity.disconnect", parts.now(), account.id, issuer=issuer))


async def _decided(
    parts: Parts, session: Session, identity: Identity, address: str
) -> tuple[Admission, Account]:
    """What becomes of them, noted in the audit trail; the account is theirs, or none that is kept."""
    owner = await identities.owner(session, identity)
    taken = await accounts.by_email(session, identity.email) if identity.email else None
    made = _new(parts, identity)
    decided = admission(
        identity,
        is_out=owner.disabled if owner else None,
        is_taken=taken is not None,
        is_closed=parts.settings.sign_up == "off",
    )
    if decided is Admission.MAKE and not await accounts.add(session, made, None):
        # Somebody was quicker with this address, perhaps the same person in another tab.
        owner = await identities.owner(session, identity)
        is_out = owner.disabled if owner else None
        decided = admission(identity, is_out=is_out, is_taken=True, is_closed=False)
    elif decided is Admission.MAKE and not await identities.connect(
        session, made.id, identity, made.made_at
    ):
        raise conflict("You are signing in twice at once.", "Sign in again.")
    if decided is not Admission.ENTER:
        _note(parts, session, identity, decided, made, owner, address)
    return decided, owner or made


def _new(parts: Parts, identity: Identity) -> Account:
    return Account(
        id=uuid4(),
        email=identity.email,
        name=identity.name,
        role=Role.USER,
        disabled=parts.settings.sign_up == "approval",
        made_at=parts.now(),
    )


def _note(
    parts: Parts,
    session: Session,
    identity: Identity,
    decided: Admission,
    made: Account,
    owner: Account | None,
    address: str,
) -> None:
    is_made = decided is Admission.MAKE
    subject = made if is_made else owner
    details = {"by": identity.issuer}
    note(
        session,
        Entry(
            action="account.sign_up" if is_made else "session.refused",
            at=parts.now(),
            subject=str(subject.id) if subject else "",
            address=address,
            details={**details, "approved": not made.disabled}
            if is_made
            else {**details, "reason": decided.value},
        ),
    )
