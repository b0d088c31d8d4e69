"""Accounts: signing up, the first admin, one's own account, and all of them for admins."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import Field, StrictBool

from app.api.paging import DEFAULT, Cursor, Size, from_cursor, to_cursor
from app.edge.identity import demand
from app.edge.limits import limited
from app.edge.logins import checked_password, must_match
from app.edge.parts import Address, Its, Work
from app.edge.problems import conflict, forbidden, not_found
from app.storage import accounts, credentials
from app.storage.trail import note
from stackwright.access.accounts import Account, Caller, Email, Name, Secret
from stackwright.access.audit import Entry
from stackwright.access.rights import Action, Role, leaves_an_admin
from stackwright.access.tokens import Kind, digest, is_secret_text
from stackwright.errors import ProjectError
from stackwright.value import Value

router = APIRouter(prefix="/api/v1", tags=["accounts"])
NO_LINK = "This token is not valid: it was used, has expired or was never given out."
NEW_LINK = "While there is no admin, each start of `stackwright serve` prints a new one."

Self = Annotated[Caller, Depends(demand(Action.READ_SELF))]
SelfChanging = Annotated[Caller, Depends(demand(Action.CHANGE_SELF))]
Admin = Annotated[Caller, Depends(demand(Action.ADMINISTER_ACCOUNTS))]


class SignUp(Value):
    """A new account."""

    email: Email
    name: Name
    password: Secret = Field(description="12 to 256 characters.")


class SignedUp(Value):
    """The same for every mail address, whether it was taken or not."""

    message: str = (
        "If this mail address was free, it has an account now. Log in, or wait for an admin where "
        "new accounts are approved first."
    )


class Welcome(SignUp):
    """The first admin."""

    token: Secret = Field(description="Printed by `stackwright serve` while there is no admin.")


class SelfChange(Value):
    """What is given changes."""

    name: Name | None = None
    password: Secret | None = Field(default=None, description="Needs the current one.")
    current_password: Secret | None = None


class AccountChange(Value):
    """What is given changes."""

    role: Role | None = None
    disabled: StrictBool | None = None


class AccountPage(Value):
    """Some accounts, oldest first."""

    accounts: Sequence[Account]
    next: str | None = Field(description="The cursor of the next page; null: this is the last one.")


@router.post("/accounts", status_code=202, dependencies=[Depends(limited("sign_up"))])
async def sign_up(wanted: SignUp, parts: Its, address: Address) -> SignedUp:
    """Make an account with the role `user`. The answer does not tell whether the address was free."""
    settings = parts.settings
    if settings.sign_up == "off":
        raise forbidden("Nobody can sign up here.", "Ask an operator for an account.")
    # Before anything is looked up: a taken address takes as long as a free one.
    hashed = await parts.hasher.hash(checked_password(wanted.password, wanted.email, wanted.name))
    account = Account(
        id=uuid4(),
        email=wanted.email,
        name=wanted.name,
        role=Role.USER,
        disabled=settings.sign_up == "approval",
        made_at=parts.now(),
    )
    async with parts.storage.session() as session:
        added = await accounts.add(session, account, hashed)
        details = {"approved": not account.disabled} if added else {"reason": "address taken"}
        note(
            session,
            Entry(
                action="account.sign_up" if added else "account.sign_up_refused",
                at=account.made_at,
                subject=str(account.id) if added else "",
                address=address,
                details=details,
            ),
        )
    return SignedUp()


@router.post("/welcome", status_code=201, dependencies=[Depends(limited("welcome"))])
async def welcome(wanted: Welcome, parts: Its, address: Address) -> Account:
    """Make the first admin with the one-time token that `stackwright serve` prints."""
    refused = forbidden(NO_LINK, NEW_LINK)
    token = wanted.token.get_secret_value()
    if not is_secret_text(Kind.LINK, token):
        raise refused
    password = checked_password(wanted.password, wanted.email, wanted.name)
    hashed = await parts.hasher.hash(password)
    now = parts.now()
    account = Account(
        id=uuid4(),
        email=wanted.email,
        name=wanted.name,
        role=Role.ADMIN,
        disabled=False,
        made_at=now,
    )
    async with parts.storage.session() as session:
        purpose = credentials.FIRST_ADMIN
        if not await credentials.use_link(session, purpose, digest(token), now):
            raise refused
        if await accounts.has_admin(session):
            raise refused
        if not await accounts.add(session, account, hashed):
            raise conflict("This mail address has an account.", "Choose another one.")
        subject = str(account.id)
        note(
            session,
            Entry(action="account.first_admin", at=now, subject=subject, address=address),
        )
    return account


@router.get("/me")
async def me(caller: Self) -> Account:
    """One's own account."""
    return caller.account


@router.patch("/me")
async def change_me(change: SelfChange, caller: SelfChanging, parts: Its) -> Account:
    """Change one's own name or password; a new password ends all other sessions."""
    account, hashed = caller.account, None
    if change.password is not None:
        if change.current_password is None:
            raise ProjectError.bad_input(
                "The current password is missing.", hint="Send it as current_password."
            )
        password = checked_password(change.password, account.email, change.name or account.name)
        await must_match(parts, account, change.current_password, caller.address)
        hashed = await parts.hasher.hash(password)
    async with parts.storage.session() as session:
        changed = await accounts.change(session, account.id, name=change.name, password_hash=hashed)
        details: dict[str, Any] = {}
        if changed and changed.name != account.name:
            details["name"] = True
        if hashed:
            details["sessions_ended"] = await credentials.end_all(
                session, account.id, besides=caller.session_digest
            )
            details["password"] = True
        if details:
            note(session, caller.did("account.change_self", parts.now(), account.id, **details))
    return changed or account


@router.get("/accounts", dependencies=[Depends(demand(Action.ADMINISTER_ACCOUNTS))])
async def all_accounts(session: Work, size: Size = DEFAULT, cursor: Cursor = None) -> AccountPage:
    """All accounts, oldest first, a page at a time."""
    found = await accounts.page(session, from_cursor(cursor), size + 1)
    shown = found[:size]
    more = to_cursor(shown[-1].made_at, shown[-1].id) if len(found) > size else None
    return AccountPage(accounts=shown, next=more)


@router.patch("/accounts/{account_id}")
async def change_account(
    account_id: UUID, change: AccountChange, caller: Admin, parts: Its, session: Work
) -> Account:
    """Give an account another role, disable or enable it. The last admin stays one."""
    admins = await accounts.held_admins(session)
    before = await accounts.by_id(session, account_id)
    if before is None:
        raise not_found("account")
    role = before.role if change.role is None else change.role
    disabled = before.disabled if change.disabled is None else change.disabled
    if (role, disabled) == (before.role, before.disabled):
        return before
    if not leaves_an_admin(admins, account_id, role, disabled=disabled):
        raise conflict("This is the last admin.", "Make another account an admin first.")
    changed = await accounts.change(session, account_id, role=role, disabled=disabled)
    if disabled:
        await credentials.end_all(session, account_id)
    details = {
        "role": role.value,
        "role_before": before.role.value,
        "disabled": disabled,
        "disabled_before": before.disabled,
    }
    note(session, caller.did("account.change", parts.now(), account_id, **details))
    return changed or before
