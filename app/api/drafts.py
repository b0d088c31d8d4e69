"""What people have typed into the pages of a project and not saved yet."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path

from app.api.projects import Reader, Writer, the_project
from app.edge.parts import Its, Work
from app.edge.problems import not_found
from app.storage import drafts
from app.storage.drafts import Draft

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])

PageName = Annotated[
    str,
    Path(pattern="^[a-z][a-z0-9_]{0,39}$", description="Where it is typed.", examples=["model"]),
]


@router.get("/{project_id}/drafts/{page}")
async def draft(project_id: UUID, page: PageName, caller: Reader, session: Work) -> Draft:
    """What one has typed into a page of a project and not saved."""
    await the_project(session, project_id, caller)
    found = await drafts.find(session, project_id, caller.account.id, page)
    if found is None:
        raise not_found("draft")
    return found


@router.put("/{project_id}/drafts/{page}")
async def keep_draft(
    project_id: UUID,
    page: PageName,
    content: Mapping[str, Any],
    caller: Writer,
    parts: Its,
    session: Work,
) -> Draft:
    """Keep what one has typed; nothing of it is checked."""
    await the_project(session, project_id, caller)
    its = (session, project_id, caller.account.id, page)
    await drafts.keep(*its, content, parts.now())
    found = await drafts.find(*its)
    if found is None:
        raise not_found("draft")
    return found


@router.delete("/{project_id}/drafts/{page}", status_code=204)
async def drop_draft(project_id: UUID, page: PageName, caller: Writer, session: Work) -> None:
    """Forget what one has typed."""
    await the_project(session, project_id, caller)
    await drafts.drop(session, project_id, caller.account.id, page)
