"""Every file that the choices would make, before anything is made: folder by folder, with what is in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.edge.aside import aside
from app.edge.parts import Its
from app.edge.problems import conflict, not_found
from app.storage import runs
from app.web.bill_words import CHANGES, count
from app.web.bills import File, bill_for
from app.web.choices import Work, work_on
from app.web.rendering import TitleBlock, fragment, page
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.plan import Action as Change
from tasks.generation import show_file

router = APIRouter(prefix="/projects/{project_id}/configuration/plan", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_PROJECTS))]
Path = Annotated[str, Query(max_length=1000)]
Begin = Annotated[int, Query(alias="from", ge=0, le=10**6)]
MOST = 200  # entries in one answer
MOST_LINES = 2000


@router.get("")
async def show(
    request: Request, project_id: UUID, caller: Reader, parts: Its, find: Path = ""
) -> Response:
    """The tree, or the files whose path holds what is looked for."""
    work, config = await _ordered(project_id, caller, parts)
    files = await _files(work, config, parts)
    address = _address(project_id)
    wanted = find.strip().casefold()
    hits = [file for file in files if wanted in file.path.casefold()] if wanted else []
    entries = _found(hits[:MOST], address) if wanted else _level(files, "", 0, address)
    said = f"{count(len(hits))} of {count(len(files))} files" if wanted else ""
    if len(hits) > MOST:
        said = f"{said}, the first {MOST} are shown"
    return page(
        request,
        "generation_plan.html.jinja",
        title="Every file of the plan",
        block=_block(work),
        address=address,
        back=f"/projects/{project_id}/configuration",
        files=count(len(files)),
        entries=entries,
        find=find,
        said=said,
    )


@router.get("/folder")
async def folder(
    request: Request, project_id: UUID, caller: Reader, parts: Its, path: Path, begin: Begin = 0
) -> Response:
    """What lies in one folder."""
    work, config = await _ordered(project_id, caller, parts)
    inside = f"{path.strip('/')}/"
    found = [file for file in await _files(work, config, parts) if file.path.startswith(inside)]
    if not found:
        raise not_found("folder")
    return fragment(
        request,
        "generation_plan_folder.html.jinja",
        title=path,
        block=_block(work),
        entries=_level(found, inside, begin, _address(project_id)),
    )


@router.get("/file")
async def file(
    request: Request, project_id: UUID, caller: Reader, parts: Its, path: Path
) -> Response:
    """What would stand in one file."""
    work, config = await _ordered(project_id, caller, parts)
    content = await aside(show_file, work.model, config, path)
    if content is None:
        raise not_found("file")
    lines = content.decode("utf-8", "replace").splitlines()
    return page(
        request,
        "generation_plan_file.html.jinja",
        title=path.rpartition("/")[2],
        block=_block(work),
        file=path,
        back=_address(project_id),
        note=f"{count(len(lines))} lines",
        lines=[{"number": n, "text": text} for n, text in enumerate(lines[:MOST_LINES], 1)],
        left_out=count(len(lines) - MOST_LINES) if len(lines) > MOST_LINES else "",
    )


async def _ordered(project_id: UUID, caller: Caller, parts: Its) -> tuple[Work, Config]:
    """The choices as they stand, with everything that is missing.

    Raises:
        ProjectError: There is nothing to plan yet (HTTP 409), or no such project.
    """
    async with parts.storage.session() as session:
        work = await work_on(session, project_id, caller)
    config = work.whole
    if work.model is None or config is None:
        raise conflict(
            "There is nothing to plan yet.",
            "Save a model, then choose at least one entity and one platform.",
        )
    return work, config


async def _files(work: Work, config: Config, parts: Its) -> Sequence[File]:
    model = work.model
    if model is None:
        return ()
    async with parts.storage.session() as session:
        last = await runs.latest_output(session, work.project.id)
    try:
        return (await bill_for(model, config, last.place if last else "")).files
    except ProjectError:
        if last is None:
            raise
        return (await bill_for(model, config)).files


def _level(files: Iterable[File], inside: str, begin: int, address: str) -> list[Mapping[str, Any]]:
    """What lies directly in a folder: folders first, each with how many files are below it."""
    folders: dict[str, int] = {}
    own = []
    for one in files:
        name, slash, _ = one.path.removeprefix(inside).partition("/")
        if slash:
            folders[name] = folders.get(name, 0) + 1
        else:
            own.append(one)
    entries: list[Mapping[str, Any]] = [
        {"name": name, "note": count(n), "more": _link(f"{address}/folder", path=f"{inside}{name}")}
        for name, n in folders.items()
    ]
    entries += [_entry(one, one.path.removeprefix(inside), address) for one in own]
    shown = entries[begin : begin + MOST]
    left = len(entries) - begin - MOST
    if left > 0:
        path = inside.removesuffix("/")
        after = _link(f"{address}/folder", path=path, **{"from": str(begin + MOST)})
        shown.append({"name": f"{count(left)} more", "note": "", "more": after})
    return shown


def _found(files: Iterable[File], address: str) -> list[Mapping[str, Any]]:
    return [_entry(one, one.path, address) for one in files]


def _entry(one: File, name: str, address: str) -> Mapping[str, Any]:
    entry = {"name": name, "href": _link(f"{address}/file", path=one.path)}
    if one.action == Change.DELETE:
        entry["href"] = _link(address, find=one.path)
    return {**entry, "note": CHANGES.get(one.action, one.action)}


def _address(project_id: UUID) -> str:
    return f"/projects/{project_id}/configuration/plan"


def _link(address: str, **query: str) -> str:
    return f"{address}?{urlencode(query)}"


def _block(work: Work) -> TitleBlock:
    version = work.version
    return TitleBlock(model=f"{version.file}, version {version.number}" if version else "")
