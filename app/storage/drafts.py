"""What people typed into the pages of a project and have not saved: it survives a refresh."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.project_tables import DraftRow
from stackwright.value import Value


class Draft(Value):
    """What somebody has typed into a page of a project."""

    content: Mapping[str, Any]
    replaced: Mapping[str, Any] | None = Field(
        default=None, description="What stood there before it was replaced as a whole."
    )
    revision: int = Field(description="Counts the changes, from 1.")
    changed_at: datetime


async def find(
    session: AsyncSession, project_id: UUID, account_id: UUID, page: str
) -> Draft | None:
    """The draft of this account."""
    row = await session.get(DraftRow, (project_id, account_id, page), populate_existing=True)
    if row is None:
        return None
    return Draft(
        content=row.content,
        replaced=row.replaced,
        revision=row.revision,
        changed_at=row.changed_at,
    )


async def keep(
    session: AsyncSession,
    project_id: UUID,
    account_id: UUID,
    page: str,
    content: Mapping[str, Any],
    now: datetime,
    *,
    replaces: bool = False,
) -> int:
    """Keep a draft in place of the last one; its revision.

    Args:
        session: The session.
        project_id: Of which project.
        account_id: Whose it is.
        page: Where it was typed.
        content: All of it.
        now: The moment.
        replaces: What stood there is kept beside it, to be taken back.
    """
    row = {"project_id": project_id, "account_id": account_id, "page": page}
    values = insert(DraftRow).values(
        **row, content=dict(content), replaced=None, revision=1, changed_at=now
    )
    changed: dict[str, Any] = {
        "content": values.excluded.content,
        "revision": DraftRow.revision + 1,
        "changed_at": values.excluded.changed_at,
    }
    if replaces:
        changed["replaced"] = DraftRow.content
    kept = values.on_conflict_do_update(index_elements=list(row), set_=changed)
    revision: int = (await session.execute(kept.returning(DraftRow.revision))).scalar_one()
    return revision


async def drop(session: AsyncSession, project_id: UUID, account_id: UUID, page: str) -> None:
    """Forget a draft."""
    its = (DraftRow.project_id == project_id, DraftRow.account_id == account_id)
    await session.execute(delete(DraftRow).where(*its, DraftRow.page == page))


async def drop_page(session: AsyncSession, project_id: UUID, page: str) -> None:
    """Forget what everybody has typed there."""
    its = (DraftRow.project_id == project_id, DraftRow.page == page)
    await session.execute(delete(DraftRow).where(*its))


async def pages(session: AsyncSession, project_id: UUID, account_id: UUID) -> frozenset[str]:
    """The pages of a project that have a draft of this account."""
    its = (DraftRow.project_id == project_id, DraftRow.account_id == account_id)
    return frozenset(await session.scalars(select(DraftRow.page).where(*its)))
