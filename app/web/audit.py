"""The audit trail, for admins."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import audit
from app.api.audit import Before
from app.edge.parts import Work
from app.storage.accounts import emails
from app.web.moments import minute
from app.web.rendering import TitleBlock, page
from app.web.visitors import visitor
from stackwright.access.rights import Action

router = APIRouter(include_in_schema=False)

SIZE = 40
_SHORT = 8


@router.get("/audit", dependencies=[Depends(visitor(Action.READ_AUDIT))])
async def show_trail(
    request: Request,
    session: Work,
    cursor: Before = None,
    check: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """What was done, newest first, a page at a time; with `check`, whether the trail is whole."""
    found = await audit.entries(session, SIZE, cursor)
    people = await emails(session, _ids(found.entries))
    whole = await audit.verification(session) if check else None
    return page(
        request,
        "audit.html.jinja",
        title="Audit",
        block=TitleBlock(model="audit trail", fingerprint=whole.head[:12] if whole else ""),
        listed=[_row(entry, people) for entry in found.entries],
        cursor=cursor or "",
        next=found.next or "",
        whole=whole,
    )


def _row(entry: audit.AuditEntry, people: Mapping[UUID, str]) -> list[str]:
    """One line of the table, with mail addresses where ids are those of accounts."""
    actor = people.get(entry.actor, str(entry.actor)) if entry.actor else "nobody known"
    return [
        str(entry.number),
        minute(entry.at),
        entry.action,
        actor,
        people.get(_id(entry.subject)) or _short(entry.subject),
        " ".join(f"{name}={value}" for name, value in entry.details.items()),
        entry.address,
    ]


def _short(subject: str) -> str:
    """The beginning of what is long, as ids are; the API tells the whole."""
    return subject if len(subject) <= _SHORT else f"{subject[:_SHORT]}…"


def _ids(entries: Sequence[audit.AuditEntry]) -> set[UUID]:
    actors = {entry.actor for entry in entries if entry.actor}
    return actors | {_id(entry.subject) for entry in entries}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
