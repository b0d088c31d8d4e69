"""The audit trail for admins: what was done by whom, and whether it is whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.api.paging import DEFAULT, Size
from app.edge.identity import demand
from app.edge.parts import Work
from app.storage import trail
from stackwright.access.audit import Link
from stackwright.access.rights import Action
from stackwright.value import Value

router = APIRouter(
    prefix="/api/v1/audit", tags=["audit"], dependencies=[Depends(demand(Action.READ_AUDIT))]
)
LARGEST = 2**63 - 1

Before = Annotated[
    int | None,
    Query(alias="cursor", ge=1, le=LARGEST, description="The `next` of the last page."),
]


class AuditEntry(Value):
    """One act."""

    number: int
    at: datetime
    action: str
    actor: UUID | None = Field(description="The account that did it; null: nobody who was known.")
    subject: str
    address: str
    details: Mapping[str, str | int | bool | None]
    digest: str = Field(description="SHA-256 of the digest before it and this entry.")


class AuditPage(Value):
    """Some entries, newest first."""

    entries: Sequence[AuditEntry]
    next: int | None = Field(description="The cursor of the next page; null: this is the last one.")


class Verification(Value):
    """Whether nobody changed the trail. Keep count and head elsewhere to notice a cut-off end."""

    whole: bool
    first_broken: int | None = Field(description="The number of the first entry that was changed.")
    count: int = Field(description="Entries that are proved whole.")
    head: str = Field(description="The digest of the last of them.")


@router.get("")
async def entries(session: Work, size: Size = DEFAULT, cursor: Before = None) -> AuditPage:
    """The trail, newest first, a page at a time."""
    found = await trail.newest(session, cursor, size + 1)
    shown = [_shown(link) for link in found[:size]]
    return AuditPage(entries=shown, next=shown[-1].number if len(found) > size else None)


@router.get("/verification")
async def verification(session: Work) -> Verification:
    """Read the whole trail and compare every digest."""
    count, head, broken = await trail.verify(session)
    return Verification(whole=broken is None, first_broken=broken, count=count, head=head.hex())


def _shown(link: Link) -> AuditEntry:
    entry = link.entry.model_dump()
    return AuditEntry(number=link.number, digest=link.digest.hex(), **entry)
