"""What all pages about a published project begin with: whose it is, what is in it, what it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.api.published import PREVIOUS, older_run
from app.api.runs import the_run
from app.edge.aside import aside
from app.edge.parts import Its, Parts
from app.edge.problems import not_found
from app.storage import projects, runs
from app.storage.projects import Project
from app.web.rendering import TitleBlock, has_page, page
from app.web.run_words import size
from app.web.states import badge_of
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError
from stackwright.generation.output_index import OTHER, OutputIndex
from stackwright.generation.preview.changes import Change, changes
from stackwright.runs.record import Run

Reader = Annotated[Caller, Depends(visitor(Action.READ_RUNS))]
Words = Annotated[str, Query(max_length=200)]
FilePath = Annotated[str, Query(max_length=1000)]
Against = Annotated[str, Query(max_length=40, description="A run, or `previous`.")]
NOT_FOUND, NOT_PUBLISHED = 404, 409
COMPARED = 50  # runs that are offered to compare with


@dataclass(frozen=True)
class Shown:
    """A run whose project is looked at."""

    run: Run
    project: Project
    index: OutputIndex
    against: str
    older: Run | None
    before: OutputIndex | None
    change_by_path: Mapping[str, Change]

    def url(self, tail: str = "", **query: object) -> str:
        """The address of a page about this project; what is empty is left out of its query."""
        known = {name: value for name, value in query.items() if value not in ("", None, False)}
        if self.against != PREVIOUS and "against" not in known:
            known["against"] = self.against
        return f"/runs/{self.run.id}/code{tail}" + (f"?{urlencode(known)}" if known else "")

    def kept(self, **query: str) -> dict[str, str]:
        """The fields with which a form comes back to the same view; `path` always, others if they say something."""
        chosen = {} if self.against == PREVIOUS else {"against": self.against}
        return {name: value for name, value in query.items() if value or name == "path"} | chosen

    @property
    def api(self) -> str:
        """Where programs find the same."""
        return f"/api/v1/runs/{self.run.id}"

    @property
    def archive_size(self) -> str:
        """How large the whole project is to save."""
        return " ".join(size(self.index.archive_bytes))

    def block(self) -> TitleBlock:
        """What stands in the corner of the page."""
        packs = sorted({file.pack for file in self.index.files} - {OTHER})
        return TitleBlock(
            model=f"{self.project.name}, version {self.run.model}",
            template=f"{', '.join(packs)} {self.index.stackwright}",
            plan=f"run {self.run.number}",
            fingerprint=self.index.archive[:12],
        )


class NotPublishedError(ProjectError):
    """A run has nothing to look at, yet or for ever."""

    def __init__(self, run: Run, project: Project, cause: ProjectError) -> None:
        super().__init__(cause.message, hint=cause.hint, http_status=cause.http_status)
        self.run, self.project = run, project


async def shown(run_id: UUID, caller: Reader, parts: Its, against: Against = PREVIOUS) -> Shown:
    """The project that a run published.

    Raises:
        NotPublishedError: It has not published (HTTP 409).
        ProjectError: There is no such run, or it is somebody else's (404); the store is away (503).
    """
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
        project = await projects.find(session, run.project_id, caller)
    if project is None:
        raise not_found("project")
    try:
        index = await aside(parts.outputs.index, run.place)
    except ProjectError as error:
        if error.http_status != NOT_PUBLISHED:
            raise
        raise NotPublishedError(run, project, error) from error
    older, before = await _older(run, against, caller, parts)
    found = await aside(changes, index, before) if before else {}
    return Shown(run, project, index, against, older, before, found)


async def others(shown: Shown, parts: Parts) -> Sequence[Run]:
    """The runs of the same project that have published something, newest first."""
    async with parts.storage.session() as session:
        found = await runs.page(
            session, shown.run.owner_id, None, COMPARED, project_id=shown.run.project_id
        )
    return [run for run in found if run.published and run.id != shown.run.id]


async def _older(
    run: Run, against: str, caller: Caller, parts: Parts
) -> tuple[Run | None, OutputIndex | None]:
    """What the project is compared with; nothing, if it is the first one and nobody chose."""
    try:
        older = await older_run(run, against, caller, parts)
        return older, await aside(parts.outputs.index, older.place)
    except ProjectError as error:
        if against == PREVIOUS and error.http_status in (NOT_FOUND, NOT_PUBLISHED):
            return None, None
        raise


def nothing_yet(request: Request, error: NotPublishedError) -> Response:
    """The page of a run that has nothing to look at: what is there instead, and the way to it."""
    run = error.run
    return page(
        request,
        "code_missing.html.jinja",
        title=f"{error.project.name}, run {run.number}",
        block=TitleBlock(
            model=f"{error.project.name}, version {run.model}", plan=f"run {run.number}"
        ),
        badge=badge_of(run.state),
        has_ended=run.ended_at is not None,
        cause=run.outcome.cause if run.outcome else "",
        fix=run.outcome.fix if run.outcome else "",
        run_href=f"/runs/{run.id}" if has_page(request, "/runs/{}") else "",
    )


def tabs(here: Shown, current: str) -> list[dict[str, Any]]:
    """The pages about a published project."""
    known = (
        ("files", "Files", ""),
        ("search", "Search", "/search"),
        ("figures", "Figures and checks", "/figures"),
        ("next", "How to go on", "/next"),
    )
    return [
        {"label": label, "href": here.url(tail), "is_current": name == current}
        for name, label, tail in known
    ]


Looked = Annotated[Shown, Depends(shown)]
