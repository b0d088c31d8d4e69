"""One's own tokens for programs: made with a text that is shown once, and revoked."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.api import tokens
from app.edge.parts import Its, Work
from app.edge.problems import not_found
from app.storage import credentials
from app.storage.engine import Session
from app.web.addresses import leave
from app.web.forms import NOTHING, Refusal, refusal
from app.web.moments import minute
from app.web.rendering import fragment, page
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, Scope, grantable
from stackwright.errors import ProjectError

router = APIRouter(prefix="/account/tokens", include_in_schema=False)

Person = Annotated[Caller, Depends(visitor(Action.MANAGE_TOKENS))]
LABELS = {"purpose": "What it is for", "scopes": "What it may do", "days": "Valid for"}
SCOPES = {
    Scope.ACCOUNT_READ: "Read this account",
    Scope.PROJECTS_READ: "Read projects, check models",
    Scope.PROJECTS_WRITE: "Make and change projects",
    Scope.RUNS_READ: "Read runs and what they made",
    Scope.RUNS_WRITE: "Start and steer runs",
    Scope.DEPLOYMENTS_READ: "Read deployments and what they come to",
    Scope.DEPLOYMENTS_WRITE: "Make and change deployments",
    Scope.ROLLOUTS_WRITE: "Roll releases out, and back",
    Scope.STATES_WRITE: "Read, keep and lock states of Terraform",
    Scope.ACCOUNTS_ADMIN: "Administer accounts, read the audit trail",
}
DAYS = tuple(
    {"value": str(days), "label": label}
    for days, label in ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year"))
)
NEW = {"name": "", "days": "90", "scopes": ()}


async def tokens_of(caller: Caller, session: Session) -> dict[str, Any]:
    """What the sheet of tokens shows."""
    can = grantable(caller.account.role)
    return {
        "listed": [
            [
                token.name,
                ", ".join(token.scopes),
                minute(token.expires_at),
                minute(token.used_at) if token.used_at else "never",
                {"text": "Revoke …", "href": f"/account/tokens/{token.id}/revoke"},
            ]
            for token in await credentials.tokens(session, caller.account.id)
        ],
        "scopes": [(scope.value, label) for scope, label in SCOPES.items() if scope in can],
        "days": DAYS,
        "token": NEW,
        "token_text": "",
        "why_token": NOTHING,
    }


@router.post("")
async def make_token(request: Request, caller: Person, parts: Its) -> Response:
    """Make a token; its text is shown on this page only."""
    sent = await request.form()
    scopes = [scope.value for scope in Scope if sent.get(scope.value)]
    given = {"name": str(sent.get("purpose", "")), "days": str(sent.get("days", ""))}
    try:
        wanted = tokens.NewToken.model_validate({**given, "scopes": scopes})
        async with parts.storage.session() as session:
            made = await tokens.make_token(wanted, caller, parts, session, Response())
    except (ProjectError, ValidationError) as error:
        why = refusal(error, LABELS, {"name": "purpose"})
        return await _sheet(
            request, caller, parts, token={**given, "scopes": scopes}, why_token=why
        )
    answer = await _sheet(request, caller, parts, token_text=made.text)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/{token_id}/revoke")
async def ask(request: Request, token_id: UUID, caller: Person, session: Work) -> Response:
    """Ask before it happens: programs that use the token stop working."""
    own = await credentials.tokens(session, caller.account.id)
    token = next((one for one in own if one.id == token_id), None)
    if token is None:
        raise not_found("token")
    return page(request, "token_revoke.html.jinja", title="Revoke a token", token=token)


@router.post("/{token_id}/revoke")
async def revoke(
    request: Request, token_id: UUID, caller: Person, parts: Its, session: Work
) -> Response:
    """Revoke it, at once."""
    await tokens.revoke_token(token_id, caller, parts, session)
    return leave(request, "/account?done=token")


async def _sheet(request: Request, caller: Caller, parts: Its, **changed: Any) -> Response:
    why: Refusal = changed.get("why_token", NOTHING)
    async with parts.storage.session() as session:
        shown = await tokens_of(caller, session)
    return fragment(
        request,
        "account_tokens.html.jinja",
        title="Your tokens",
        status=why.status,
        **{**shown, **changed},
    )
