"""API tokens: for programs that act for a person, with fewer rights and an end."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Response
from pydantic import Field

from app.edge.identity import demand
from app.edge.parts import Its, Work
from app.edge.problems import conflict, not_found
from app.storage import credentials, idempotency
from app.storage.credentials import Token
from app.storage.trail import note
from stackwright.access.accounts import Caller, Name
from stackwright.access.rights import Action, Scope, grantable
from stackwright.access.tokens import RANDOM_BYTES, Kind, digest, secret_text
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])
MOST = 50

Person = Annotated[Caller, Depends(demand(Action.MANAGE_TOKENS))]
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="Repeating the request with the same key within a day makes no second token.",
    ),
]


class NewToken(Value):
    """What a token is for."""

    name: Name
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    days: int = Field(default=90, ge=1, le=365, description="How long it is valid.")


class MadeToken(Value):
    """A token with its text, which nobody can be shown again."""

    token: Token
    text: str | None = Field(
        description="Shown once. Null: this repeats an earlier request; revoke the token if its text was lost."
    )


class Tokens(Value):
    """One's own tokens, oldest first."""

    tokens: Sequence[Token]


@router.get("")
async def tokens(caller: Person, session: Work) -> Tokens:
    """One's own tokens, without their texts."""
    return Tokens(tokens=await credentials.tokens(session, caller.account.id))


@router.post("", status_code=201)
async def make_token(
    wanted: NewToken,
    caller: Person,
    parts: Its,
    session: Work,
    response: Response,
    idempotency_key: Key = None,
) -> MadeToken:
    """Make a token. Its text is shown in this answer only."""
    _must_be_grantable(wanted, caller)
    account_id, now = caller.account.id, parts.now()
    request = digest(repr(("tokens", wanted.name, sorted(wanted.scopes), wanted.days)))
    if idempotency_key is not None:
        kept = await idempotency.claim(session, account_id, idempotency_key, request, now)
        if kept is not None:
            response.headers["Idempotency-Replayed"] = "true"
            return MadeToken(token=Token.model_validate(kept["token"]), text=None)
    if len(await credentials.tokens(session, account_id)) >= MOST:
        raise conflict(f"There are {MOST} tokens.", "Revoke those that are not used.")
    text = secret_text(Kind.TOKEN, secrets.token_bytes(RANDOM_BYTES))
    token = Token(
        id=uuid4(),
        name=wanted.name,
        scopes=tuple(sorted(wanted.scopes)),
        made_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    await credentials.add_token(session, account_id, token, digest(text))
    scopes = " ".join(token.scopes)
    note(session, caller.did("token.make", now, token.id, scopes=scopes, days=wanted.days))
    if idempotency_key is not None:
        answer = {"token": token.model_dump(mode="json")}
        await idempotency.keep(session, account_id, idempotency_key, answer)
    return MadeToken(token=token, text=text)


@router.delete("/{token_id}", status_code=204)
async def revoke_token(token_id: UUID, caller: Person, parts: Its, session: Work) -> None:
    """Revoke one of one's own tokens, at once."""
    if not await credentials.delete_token(session, caller.account.id, token_id):
        raise not_found("token")
    note(session, caller.did("token.revoke", parts.now(), token_id))


def _must_be_grantable(wanted: NewToken, caller: Caller) -> None:
    role = caller.account.role
    findings = [
        Finding(level="error", where="body.scopes", message=f"the role {role} cannot use {scope}")
        for scope in sorted(wanted.scopes - grantable(role))
    ]
    if findings:
        raise ProjectError.bad_input(
            "The token would have rights that its account has not.",
            hint=f"Choose from: {', '.join(sorted(grantable(role)))}.",
            findings=findings,
        )
