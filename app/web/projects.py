"""One's projects, and what a new one begins with."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from pydantic import ValidationError

from app.api import models
from app.api import projects as doors
from app.api.paging import Cursor
from app.edge.parts import Its
from app.edge.parts import Work as Database
from app.storage import drafts, runs
from app.storage.projects import Project
from app.web import model_drafts
from app.web.addresses import leave
from app.web.forms import NOTHING, Refusal, refusal, wrong
from app.web.rendering import TitleBlock, fragment, page
from app.web.template_builder import text_of
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError
from stackwright.runs.state import RunState

router = APIRouter(prefix="/projects", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_PROJECTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_PROJECTS))]
Word = Annotated[str, Form(max_length=200)]
SIZE = 20  # projects on a page
EMPTY, UPLOAD = "empty", "upload"  # what a project can begin with, beside examples
LABELS = {"name": "Name", "start": "Begin with", "file": "File"}
STATES = {
    RunState.DONE: "done",
    RunState.FAILED: "failed",
    RunState.CRASHED: "failed",
    RunState.CANCELLED: "skipped",
    RunState.PAUSED: "paused",
    RunState.QUEUED: "waiting",
}


@router.get("")
async def show(
    request: Request, caller: Reader, session: Database, cursor: Cursor = None
) -> Response:
    """The list, the last changed first."""
    found = await doors.all_projects(caller, session, SIZE, cursor)
    rows = [await _row(one, caller, session) for one in found.projects]
    return page(
        request,
        "projects.html.jinja",
        title="Projects",
        block=TitleBlock(plan=f"{len(rows)} on this page"),
        projects=rows,
        is_first=cursor is None,
        more=f"/projects?cursor={found.next}" if found.next else "",
    )


@router.get("/new", dependencies=[Depends(visitor(Action.WRITE_PROJECTS))])
async def ask(
    request: Request,
    start: Annotated[str, Query(max_length=80)] = EMPTY,
) -> Response:
    """The form for a new project."""
    return page(request, "project_new.html.jinja", title="New project", **await _form("", start))


@router.post("/new")
async def make(
    request: Request,
    caller: Writer,
    parts: Its,
    session: Database,
    name: Word = "",
    start: Word = EMPTY,
    file: UploadFile | None = None,
) -> Response:
    """Make the project and go to its model, or show the form with what is wrong."""
    try:
        wanted = doors.NewProject.model_validate({"name": name})
        text, label = await _beginning(start, file)
        project = await _made(wanted, text, label, caller, parts, session)
    except (ProjectError, ValidationError) as error:
        is_file = start == UPLOAD and isinstance(error, ProjectError)
        why = wrong("file", LABELS["file"], str(error)) if is_file else refusal(error, LABELS)
        form = await _form(name, start, why)
        return fragment(
            request, "project_new_form.html.jinja", title="New project", status=why.status, **form
        )
    return leave(request, f"/projects/{project.id}/model")


async def _made(
    wanted: doors.NewProject,
    text: str,
    label: str,
    caller: Caller,
    parts: Its,
    session: Database,
) -> Project:
    """The project; a model with errors becomes a draft, which the editor explains."""
    if text:
        model = doors.GivenModel(text=text, file=label)
        try:
            whole = wanted.model_copy(update={"model": model})
            return await doors.make_project(whole, caller, parts, session, Response())
        except ProjectError as error:
            if not error.findings:
                raise
    project = await doors.make_project(wanted, caller, parts, session, Response())
    if text:
        await model_drafts.replace(session, project.id, caller, parts, text, 0)
    return project


async def _beginning(start: str, file: UploadFile | None) -> tuple[str, str]:
    """The text that a project begins with, and what findings call it.

    Raises:
        ProjectError: There is no such example, or the file is none.
    """
    if start == EMPTY:
        return "", ""
    if start == UPLOAD:
        if file is None:
            raise ProjectError.bad_input("No file was chosen.", hint="Choose a *.stackwright.yaml.")
        label = "".join(letter for letter in file.filename or "" if letter.isprintable())[-200:]
        return await text_of(file), label or model_drafts.FILE
    found = await models.example(start)
    return found.model or "", f"{start}.stackwright.yaml"


async def _form(name: str, start: str, why: Refusal = NOTHING) -> dict[str, Any]:
    return {
        "name": name,
        "start": start,
        "why": why,
        "examples": await models.examples(),
        "empty": EMPTY,
        "upload": UPLOAD,
    }


async def _row(project: Project, caller: Caller, session: Database) -> list[Any]:
    """A line of the list."""
    address = f"/projects/{project.id}"
    has_draft = model_drafts.PAGE in await drafts.pages(session, project.id, caller.account.id)
    if has_draft:
        model = {"state": "paused", "text": "draft, not saved"}
    elif project.model:
        model = {"state": "done", "text": f"version {project.model}"}
    else:
        model = {"state": "waiting", "text": "none yet"}
    last = await runs.page(session, project.owner_id, None, 1, project_id=project.id)
    return [
        {"text": project.name, "href": f"{address}/model"},
        model,
        _run(last[0].state, last[0].number, last[0].id) if last else "–",
        f"{project.changed_at:%Y-%m-%d %H:%M}",
    ]


def _run(state: RunState, number: int, run_id: UUID) -> dict[str, str]:
    return {
        "state": STATES.get(state, "running"),
        "text": f"{number}: {state}",
        "href": f"/runs/{run_id}",
    }
