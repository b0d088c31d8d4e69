"""One project: its model, its choices, what was typed and not saved, its runs and what they have in common."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response
from pydantic import ValidationError

from app.api import projects as api
from app.api import runs as runs_api
from app.api.projects import ProjectChange, the_project
from app.api.runs import NewRun
from app.edge.parts import Its, Work
from app.live.door import Live
from app.storage import deployments, drafts, runs
from app.storage.engine import Session
from app.storage.projects import Project
from app.web.addresses import leave
from app.web.forms import NOTHING, Refusal, refusal
from app.web.links import leads
from app.web.moments import minute
from app.web.rendering import TitleBlock, fragment, page
from app.web.run_words import choices, several
from app.web.runs import COLUMNS, address, figures, row
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError

router = APIRouter(prefix="/projects/{project_id}", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_PROJECTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_PROJECTS))]
Starter = Annotated[Caller, Depends(visitor(Action.WRITE_RUNS))]
LABELS = {"name": "Name"}
SHOWN = 10  # runs and versions
DRAFTS = {"model": "its model", "configuration": "its choices"}  # page → what is typed there


@router.get("")
async def show_project(
    request: Request, project_id: UUID, caller: Reader, parts: Its, session: Work
) -> Response:
    """All of it on one page."""
    project = await the_project(session, project_id, caller)
    versions = (await api.model_versions(project_id, caller, session, SHOWN)).models
    found = await runs.page(session, project.owner_id, None, SHOWN, project_id=project_id)
    owned = project.owner_id == caller.account.id
    counted = await runs_api.run_statistics(caller, parts, session, project_id) if owned else None
    pages = {
        name: path
        for name, path in (
            ("model", f"/projects/{project_id}/model"),
            ("configuration", f"/projects/{project_id}/configuration"),
            ("deployments", f"/projects/{project_id}/deployments"),
            ("code", f"/runs/{found[0].id}/code" if found and found[0].published else ""),
            ("runs", address(project=str(project_id)) if owned else ""),
        )
        if path and leads(request.app, path.partition("?")[0])
    }
    return page(
        request,
        "project.html.jinja",
        title=project.name,
        block=_block(project),
        project=project,
        name=project.name,
        pages=pages,
        deployed=[
            (f"{one.name}, {one.config.setting.environment}", f"/deployments/{one.id}")
            for one in await deployments.of_project(session, project_id)
        ],
        choices=choices(project.config),
        made=minute(project.made_at),
        changed=minute(project.changed_at),
        newest=versions[0] if versions else None,
        versions=[
            [
                str(one.number),
                one.title,
                several(one.entities, "entity", "entities"),
                minute(one.made_at),
            ]
            for one in versions
        ],
        drafts=await _drafts(session, project, caller),
        columns=COLUMNS,
        runs=[row(run, f"run {run.number}") for run in found],
        statistics=figures(counted) if counted else [],
        days=counted.days if counted else [],
        why=NOTHING,
    )


@router.post("/runs")
async def start(
    request: Request,
    project_id: UUID,
    caller: Starter,
    parts: Its,
    hub: Live,
    verify: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Generate the newest model with the choices, and watch it."""
    wanted = NewRun(project_id=project_id, verify=bool(verify))
    run = await runs_api.start_run(wanted, caller, parts, hub, Response())
    return leave(request, f"/runs/{run.id}")


@router.post("/name")
async def rename(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Work,
    name: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Call it something else."""
    try:
        change = ProjectChange.model_validate({"name": name})
    except ValidationError as error:
        project = await the_project(session, project_id, caller)
        return _again(request, project, name, refusal(error, LABELS))
    await api.change_project(project_id, change, caller, parts, session)
    return leave(request, f"/projects/{project_id}")


@router.get("/remove")
async def ask(request: Request, project_id: UUID, caller: Writer, session: Work) -> Response:
    """The question before a project is removed."""
    project = await the_project(session, project_id, caller)
    return page(
        request,
        "project_remove.html.jinja",
        title=f"Remove “{project.name}”?",
        block=_block(project),
        project=project,
        runs=several(project.runs, "run"),
        versions=several(project.model, "version"),
        why=NOTHING,
    )


@router.post("/remove")
async def remove(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Work,
    later: BackgroundTasks,
) -> Response:
    """Forget it with its models, drafts, runs and outputs; not while one of its runs goes on."""
    try:
        await api.remove_project(project_id, caller, parts, session, later)
    except ProjectError as error:
        if error.http_status != 409:
            raise
        project = await the_project(session, project_id, caller)
        return fragment(
            request,
            "project_remove_form.html.jinja",
            title=f"Remove “{project.name}”?",
            status=error.http_status,
            project=project,
            why=refusal(error, {"project": "Project"}),
        )
    home = "/projects" if leads(request.app, "/projects") else "/"
    return leave(request, home)


def _again(request: Request, project: Project, name: str, why: Refusal) -> Response:
    return fragment(
        request,
        "project_name.html.jinja",
        title="Name",
        block=_block(project),
        status=why.status,
        project=project,
        name=name,
        why=why,
    )


def _block(project: Project) -> TitleBlock:
    return TitleBlock(
        model=f"{project.name}, version {project.model}" if project.model else project.name,
        template=project.config.style.value,
        plan=several(project.runs, "run"),
    )


async def _drafts(session: Session, project: Project, caller: Caller) -> list[dict[str, str]]:
    """What this person has typed into the pages of the project and not saved."""
    found = []
    for name, what in DRAFTS.items():
        draft = await drafts.find(session, project.id, caller.account.id, name)
        if draft:
            found.append({"page": name, "what": what, "at": minute(draft.changed_at)})
    return found
