"""All accounts, for admins: who there is, with which role, and who is out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import ValidationError

from app.api import accounts
from app.api.paging import Cursor
from app.edge.parts import Its, Work
from app.edge.problems import not_found
from app.storage.accounts import by_id
from app.web.addresses import leave
from app.web.forms import NOTHING, refusal
from app.web.moments import minute
from app.web.rendering import TitleBlock, fragment, page
from app.web.visitors import visitor
from stackwright.access.accounts import Account, Caller
from stackwright.access.rights import Action, Role
from stackwright.errors import ProjectError

router = APIRouter(prefix="/accounts", include_in_schema=False)

Admin = Annotated[Caller, Depends(visitor(Action.ADMINISTER_ACCOUNTS))]
SIZE = 40
ROLES = tuple({"value": role.value, "label": role.value.capitalize()} for role in Role)
STATES = ({"value": "no", "label": "Enabled"}, {"value": "yes", "label": "Disabled"})
LABELS = {"role": "Role", "disabled": "State"}


@router.get("", dependencies=[Depends(visitor(Action.ADMINISTER_ACCOUNTS))])
async def all_accounts(request: Request, session: Work, cursor: Cursor = None) -> Response:
    """The list, oldest first, a page at a time."""
    found = await accounts.all_accounts(session, SIZE, cursor)
    listed = [
        [
            {"text": one.email, "href": f"/accounts/{one.id}"},
            one.name,
            one.role.value,
            {"state": "skipped" if one.disabled else "done", "text": _state(one)},
            minute(one.made_at),
        ]
        for one in found.accounts
    ]
    return page(
        request,
        "accounts.html.jinja",
        title="Accounts",
        block=TitleBlock(model="accounts, oldest first"),
        listed=listed,
        cursor=cursor or "",
        next=found.next or "",
    )


@router.get("/{account_id}", dependencies=[Depends(visitor(Action.ADMINISTER_ACCOUNTS))])
async def show_account(request: Request, account_id: UUID, session: Work) -> Response:
    """One account and what can be changed about it."""
    found = await by_id(session, account_id)
    if found is None:
        raise not_found("account")
    return page(
        request,
        "accounts_one.html.jinja",
        title=found.name,
        facts=_facts(found),
        **_form(found, found.role, disabled="yes" if found.disabled else "no"),
        why=NOTHING,
    )


@router.post("/{account_id}")
async def change_account(
    request: Request,
    account_id: UUID,
    caller: Admin,
    parts: Its,
    role: Annotated[str, Form(max_length=20)] = "",
    disabled: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Give it another role or state; the last admin stays one."""
    try:
        wanted = {"role": role, "disabled": disabled == "yes"}
        change = accounts.AccountChange.model_validate(wanted)
        async with parts.storage.session() as session:
            await accounts.change_account(account_id, change, caller, parts, session)
    except (ProjectError, ValidationError) as error:
        if isinstance(error, ProjectError) and error.http_status == 404:
            raise
        why = refusal(error, LABELS)
        async with parts.storage.session() as session:
            found = await by_id(session, account_id)
        if found is None:
            raise not_found("account") from error
        return fragment(
            request,
            "accounts_form.html.jinja",
            title=found.name,
            status=why.status,
            **_form(found, role, disabled=disabled),
            why=why,
        )
    return leave(request, f"/accounts/{account_id}")


def _form(account: Account, role: str, *, disabled: str) -> dict[str, Any]:
    return {
        "person": account,
        "role": role,
        "roles": ROLES,
        "disabled": disabled,
        "states": STATES,
    }


def _facts(account: Account) -> list[dict[str, object]]:
    return [
        {"term": "Mail address", "value": account.email},
        {"term": "Role", "value": account.role.value},
        {"term": "State", "value": _state(account)},
        {"term": "Since", "value": f"{minute(account.made_at)} UTC", "is_code": True},
        {"term": "Id", "value": str(account.id), "is_code": True},
    ]


def _state(account: Account) -> str:
    return "disabled" if account.disabled else "enabled"
