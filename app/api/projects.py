"""Projects: a model, version by version, and the choices of what to make of it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query, Request, Response
from pydantic import Field

from app.api.etags import IfMatch, etag, is_known, must_match, unchanged
from app.api.models import DryRun, FileName, Text, read
from app.api.paging import DEFAULT, Cursor, Size, from_cursor, to_cursor
from app.edge.aside import aside, waiting
from app.edge.identity import demand
from app.edge.parts import Its, Work
from app.edge.problems import conflict, not_found
from app.storage import projects, runs, states
from app.storage.engine import Session
from app.storage.projects import ModelVersion, Project
from app.storage.trail import note
from stackwright.access.accounts import Caller, Name
from stackwright.access.rights import Action
from stackwright.domain.project import Project as Model
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, select
from stackwright.generation.notes import notes
from stackwright.generation.plan import model_digest
from stackwright.value import Value
from tasks.artifacts import published_lock, remove_outputs
from tasks.generation import dry_run

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])
log = structlog.get_logger("web")

Reader = Annotated[Caller, Depends(demand(Action.READ_PROJECTS))]
Writer = Annotated[Caller, Depends(demand(Action.WRITE_PROJECTS))]
Before = Annotated[
    int | None,
    Query(alias="cursor", ge=1, le=2**31 - 1, description="The `next` of the last page."),
]


class GivenModel(Value):
    """The text of a model."""

    text: Text
    file: FileName = "model.stackwright.yaml"


class NewProject(Value):
    """What a project begins with."""

    name: Name
    model: GivenModel | None = None
    config: Config = Config()


class WhatIf(Value):
    """What would be sent before a run: without it, the project's own."""

    model: GivenModel | None = None
    config: Config | None = None


class ProjectChange(Value):
    """What is given changes."""

    name: Name | None = None


class ProjectPage(Value):
    """Some of one's own projects, the last changed first."""

    projects: Sequence[Project]
    next: str | None = Field(description="The cursor of the next page; null: this is the last one.")


class ModelText(Value):
    """A version of a model with its text."""

    version: ModelVersion
    text: str


class ModelVersions(Value):
    """Versions of a model, newest first."""

    models: Sequence[ModelVersion]
    next: int | None = Field(description="The cursor of the next page; null: this is the last one.")


@router.get("")
async def all_projects(
    caller: Reader, session: Work, size: Size = DEFAULT, cursor: Cursor = None
) -> ProjectPage:
    """One's own projects, the last changed first."""
    found = await projects.page(session, caller.account.id, from_cursor(cursor), size + 1)
    shown = found[:size]
    more = to_cursor(shown[-1].changed_at, shown[-1].id) if len(found) > size else None
    return ProjectPage(projects=shown, next=more)


@router.post("", status_code=201)
async def make_project(
    wanted: NewProject, caller: Writer, parts: Its, session: Work, response: Response
) -> Project:
    """Make a project, with a model or without one yet."""
    now = parts.now()
    project = Project(
        id=uuid4(),
        owner_id=caller.account.id,
        name=wanted.name,
        model=0,
        config=wanted.config,
        config_revision=1,
        runs=0,
        made_at=now,
        changed_at=now,
    )
    model = await _valid(wanted.model) if wanted.model else None
    if model:
        await aside(select, model, wanted.config)
    await projects.add(session, project)
    if wanted.model and model:
        version = _version(wanted.model, model, project, parts)
        project = await projects.add_model(session, project, version, wanted.model.text)
    note(session, caller.did("project.make", now, project.id, name=wanted.name))
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return project


@router.get("/{project_id}")
async def one_project(
    project_id: UUID, caller: Reader, session: Work, request: Request, response: Response
) -> Any:
    """A project."""
    project = await the_project(session, project_id, caller)
    tag = etag(project.changed_at.timestamp(), project.runs)
    if is_known(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return project


@router.patch("/{project_id}")
async def change_project(
    project_id: UUID, change: ProjectChange, caller: Writer, parts: Its, session: Work
) -> Project:
    """Call a project something else."""
    project = await the_project(session, project_id, caller, hold=True)
    if change.name is None or change.name == project.name:
        return project
    now = parts.now()
    await projects.rename(session, project_id, change.name, now)
    note(session, caller.did("project.rename", now, project_id, name=change.name))
    return project.model_copy(update={"name": change.name, "changed_at": now})


@router.delete("/{project_id}", status_code=204)
async def remove_project(
    project_id: UUID, caller: Writer, parts: Its, session: Work, later: BackgroundTasks
) -> None:
    """Forget a project with its models, drafts, runs and what they published. Refused while one goes on."""
    project = await the_project(session, project_id, caller, hold=True)
    if await runs.is_active(session, project_id):
        raise conflict("A run of this project is going on.", "Cancel it, or wait until it ends.")
    if await states.find_things(session, project_id):
        raise conflict(
            "A deployment's Terraform state knows resources that nobody would find again.",
            "Destroy them first, or delete the state.",
        )
    await projects.remove(session, project_id)
    note(session, caller.did("project.remove", parts.now(), project_id, name=project.name))
    later.add_task(_forget_outputs, project_id)  # once the project is gone


@router.get("/{project_id}/models")
async def model_versions(
    project_id: UUID, caller: Reader, session: Work, size: Size = DEFAULT, cursor: Before = None
) -> ModelVersions:
    """The versions of a project's model, newest first."""
    await the_project(session, project_id, caller)
    found = await projects.versions(session, project_id, cursor, size + 1)
    shown = found[:size]
    return ModelVersions(models=shown, next=shown[-1].number if len(found) > size else None)


@router.post("/{project_id}/models", status_code=201)
async def add_model(
    project_id: UUID,
    given: GivenModel,
    caller: Writer,
    parts: Its,
    session: Work,
    response: Response,
    if_match: IfMatch = None,
) -> ModelVersion:
    """Save a model as the next version; one with errors is refused with all of its findings.

    `If-Match` with the ETag of the newest version refuses to hide a version that was not seen.
    """
    model = await _valid(given)
    version = await save_model(session, project_id, caller, given, model, parts, if_match)
    response.headers["ETag"] = etag(version.number)
    response.headers["Location"] = f"/api/v1/projects/{project_id}/models/{version.number}"
    return version


@router.get("/{project_id}/models/{number}")
async def one_model(
    project_id: UUID,
    number: Annotated[str, Path(pattern="^([0-9]{1,9}|newest)$", examples=["newest"])],
    caller: Reader,
    session: Work,
    request: Request,
    response: Response,
) -> Any:
    """A version of a project's model with its text; `newest` is one, too."""
    project = await the_project(session, project_id, caller)
    wanted = project.model if number == "newest" else int(number)
    found = await projects.model(session, project_id, wanted)
    if found is None:
        raise not_found("version of the model")
    tag = etag(found[0].number)
    if is_known(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return ModelText(version=found[0], text=found[1])


@router.get("/{project_id}/configuration")
async def configuration(
    project_id: UUID, caller: Reader, session: Work, request: Request, response: Response
) -> Any:
    """What is to be made of the model."""
    project = await the_project(session, project_id, caller)
    tag = etag(project.config_revision)
    if is_known(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return project.config


@router.put("/{project_id}/configuration")
async def choose(
    project_id: UUID,
    config: Config,
    caller: Writer,
    parts: Its,
    session: Work,
    response: Response,
    if_match: IfMatch = None,
) -> Config:
    """Choose what is to be made of the model; entities must be there with all that they point to."""
    changed = await save_config(session, project_id, caller, config, parts, if_match)
    response.headers["ETag"] = etag(changed.config_revision)
    return changed.config


@router.get("/{project_id}/plan")
async def plan(project_id: UUID, caller: Reader, parts: Its) -> DryRun:
    """The bill before the order: what a run would do now, against what the last one published."""
    return await plan_if(project_id, WhatIf(), caller, parts)


@router.post("/{project_id}/plan")
async def plan_if(project_id: UUID, given: WhatIf, caller: Reader, parts: Its) -> DryRun:
    """What a run would do with this model and these choices; nothing of them is kept."""
    async with parts.storage.session() as session:
        project = await the_project(session, project_id, caller)
        newest = await projects.model(session, project_id, project.model)
        base = await runs.latest_output(session, project_id)
    wanted = given.model or (newest and GivenModel(text=newest[1], file=newest[0].file))
    if wanted is None:
        raise conflict("The project has no model yet.", "Save one first.")
    model = await _valid(wanted)
    lock = await waiting(published_lock, base.place) if base else None
    planned, estimated = await aside(dry_run, model, given.config or project.config, None, lock)
    return DryRun(estimate=estimated, counts=planned.counts(), plan=planned, notes=notes(planned))


async def the_project(
    session: Session, project_id: UUID, caller: Caller, *, hold: bool = False
) -> Project:
    """The project.

    Raises:
        ProjectError: There is none, or it is somebody else's (HTTP 404).
    """
    found = await projects.find(session, project_id, caller, hold=hold)
    if found is None:
        raise not_found("project")
    return found


async def save_model(
    session: Session,
    project_id: UUID,
    caller: Caller,
    given: GivenModel,
    model: Model,
    parts: Its,
    if_match: str | None = None,
) -> ModelVersion:
    """Keep a model that is right as the next version; the same one twice in a row is one version.

    Raises:
        ProjectError: Somebody saved another version since (HTTP 412), or there is no such project.
    """
    project = await the_project(session, project_id, caller, hold=True)
    must_match(if_match, etag(project.model), "model")
    newest = await projects.model(session, project_id, project.model)
    if newest and newest[1] == given.text:
        return newest[0]
    version = _version(given, model, project, parts)
    await projects.add_model(session, project, version, given.text)
    note(session, caller.did("project.model", version.made_at, project_id, number=version.number))
    return version


async def save_config(
    session: Session,
    project_id: UUID,
    caller: Caller,
    config: Config,
    parts: Its,
    if_match: str | None = None,
) -> Project:
    """Keep the choices; the project afterwards.

    Raises:
        ProjectError: Somebody changed them since (HTTP 412), or the model cannot be generated so.
    """
    project = await the_project(session, project_id, caller, hold=True)
    must_match(if_match, etag(project.config_revision), "configuration")
    if config == project.config:
        return project
    newest = await projects.model(session, project_id, project.model)
    if newest:
        model, _ = await aside(read, newest[1], newest[0].file)
        await aside(select, model, config)
    return await projects.choose(session, project, config, parts.now())


async def _valid(given: GivenModel) -> Model:
    """The model in this text.

    Raises:
        ProjectError: It has errors; all of them are findings.
    """
    model, _ = await aside(read, given.text, given.file)
    return model


async def _forget_outputs(project_id: UUID) -> None:
    try:
        await waiting(remove_outputs, str(project_id))
    except ProjectError as error:
        log.warning("outputs are left over", project=str(project_id), cause=error.message)


def _version(given: GivenModel, model: Model, project: Project, parts: Its) -> ModelVersion:
    return ModelVersion(
        number=project.model + 1,
        file=given.file,
        title=model.title,
        entities=len(model.entities),
        digest=model_digest(model),
        made_at=parts.now(),
    )
