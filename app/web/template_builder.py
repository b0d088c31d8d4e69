"""The model of a project: written as text or by forms, checked while one writes, drawn, saved as versions."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile

from app.api.etags import etag
from app.api.models import read
from app.api.projects import GivenModel, save_model
from app.edge.aside import aside
from app.edge.parts import Its
from app.edge.parts import Work as Database
from app.edge.problems import problem_of, request_id
from app.web import model_drafts as drafts
from app.web.addresses import leave
from app.web.model_board import KINDS, MOST_FINDINGS, TYPES, Board, look_at
from app.web.model_changes import ASKS_FIRST, Asked, changed
from app.web.model_drafts import Sent, Work
from app.web.rendering import TitleBlock, fragment, is_partial, page
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import Finding, ProjectError

router = APIRouter(prefix="/projects/{project_id}/model", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_PROJECTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_PROJECTS))]
Find = Annotated[str, Query(max_length=80)]
MOST_BYTES = 1_000_000
CHOOSE = "Save yours as the next version, or take the newer one: what you wrote can be taken back."


class Given(Sent, Asked):
    """The form around the editor."""

    find: str = ""  # in the list of entities
    was: str = ""  # how the model stood at the last answer
    force: str = ""  # what to do about another tab or version: "mine" or "theirs"
    csrf: str = ""

    @property
    def sent(self) -> Sent:
        """What is kept of it; browsers end lines in forms with two characters."""
        known = self.model_dump(include=set(Sent.model_fields))
        return Sent.model_validate(known | {"text": self.text.replace("\r\n", "\n")})

    @property
    def asked(self) -> Asked:
        """The change that is wanted."""
        return Asked.model_validate(self.model_dump(include=set(Asked.model_fields)))


Filled = Annotated[Given, Form()]


@router.get("")
async def show(
    request: Request, project_id: UUID, caller: Reader, session: Database, find: Find = ""
) -> Response:
    """The editor with everything around it."""
    work = await drafts.work_on(session, project_id, caller)
    board = await aside(look_at, work.text, work.file)
    return _page(request, work, board, find)


@router.post("")
async def save(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    given: Filled,
) -> Response:
    """Save the text as the next version of the model; with errors it stays a draft."""
    sent = given.sent
    try:
        await drafts.keep(session, project_id, caller, parts, sent, force=bool(given.force))
        work = await drafts.work_on(session, project_id, caller)
        if given.force == "theirs":
            work = await drafts.replace(
                session, project_id, caller, parts, work.saved, work.project.model, sent.tab
            )
            return await _answer(request, work, given)
        model, _ = await aside(read, sent.text, work.file)
        match = None if given.force or not work.version else etag(sent.base)
        model_given = GivenModel(text=sent.text, file=work.file)
        await save_model(session, project_id, caller, model_given, model, parts, match)
    except ProjectError as error:
        if error.http_status == 404:
            raise
        return await _refused(request, project_id, caller, session, given, error)
    await drafts.drop(session, project_id, caller)
    work = await drafts.work_on(session, project_id, caller)
    return await _answer(request, work, given, said=f"Saved as version {work.project.model}.")


@router.post("/check")
async def check(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    given: Filled,
) -> Response:
    """Keep the text as the draft, and what is found in it."""
    try:
        work = await drafts.keep(
            session, project_id, caller, parts, given.sent, force=bool(given.force)
        )
        if given.force == "theirs":
            work = await drafts.take_back(session, project_id, caller, parts, given.tab)
    except ProjectError as error:
        if error.http_status == 404:
            raise
        return await _refused(request, project_id, caller, session, given, error)
    return await _answer(request, work, given)


@router.post("/change")
async def change(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    given: Filled,
) -> Response:
    """Add, rename or remove a part of the model; the rest of the text stays as it was written."""
    sent = given.sent
    try:
        edit = await aside(changed, sent.text, given.asked)
        if edit.broken and given.act in ASKS_FIRST:
            work = await drafts.keep(session, project_id, caller, parts, sent, force=False)
            return await _answer(request, work, given, broken=edit.broken)
        after = sent.model_copy(update={"text": edit.text, "serial": sent.serial + 1})
        work = await drafts.keep(session, project_id, caller, parts, after, force=False)
    except ProjectError as error:
        if error.http_status == 404:
            raise
        return await _refused(request, project_id, caller, session, given, error)
    return await _answer(request, work, given, line=edit.line)


@router.post("/upload")
async def upload(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    file: UploadFile,
    tab: Annotated[str, Form()] = "",
) -> Response:
    """The text of a file in place of what is written; that can be taken back."""
    text = await text_of(file)
    work = await drafts.work_on(session, project_id, caller)
    await drafts.replace(session, project_id, caller, parts, text, work.base, tab)
    return leave(request, f"/projects/{project_id}/model")


@router.post("/back")
async def take_back(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    given: Filled,
) -> Response:
    """The text that was there before another one came in its place."""
    try:
        await _keep_typed(session, project_id, caller, parts, given.sent)
        await drafts.take_back(session, project_id, caller, parts, given.tab)
    except ProjectError as error:
        if error.http_status == 404:
            raise
        return await _refused(request, project_id, caller, session, given, error)
    return leave(request, f"/projects/{project_id}/model")


@router.post("/discard")
async def discard(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    given: Filled,
) -> Response:
    """The newest version in place of the draft; that can be taken back."""
    try:
        await _keep_typed(session, project_id, caller, parts, given.sent)
    except ProjectError as error:
        if error.http_status == 404:
            raise
        return await _refused(request, project_id, caller, session, given, error)
    work = await drafts.work_on(session, project_id, caller)
    await drafts.replace(
        session, project_id, caller, parts, work.saved, work.project.model, given.tab
    )
    return leave(request, f"/projects/{project_id}/model")


async def text_of(file: UploadFile) -> str:
    """The text of an uploaded model.

    Raises:
        ProjectError: It is too large, empty, or no text.
    """
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ProjectError(
            f"The file has more than {MOST_BYTES // 1_000_000} MB.",
            hint="Send the model alone, without data.",
            http_status=413,
        )
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ProjectError.bad_input(
            "The file is not UTF-8 text.", hint="Choose a *.stackwright.yaml, saved as UTF-8."
        ) from error
    if not text.strip():
        raise ProjectError.bad_input(
            "No file was chosen, or it is empty.", hint="Choose a *.stackwright.yaml."
        )
    return text


async def _keep_typed(
    session: Database, project_id: UUID, caller: Caller, parts: Its, sent: Sent
) -> None:
    """Keep what was typed a moment ago, so that it can be taken back when another text is there."""
    if sent.tab:
        await drafts.keep(session, project_id, caller, parts, sent, force=False)


def _context(work: Work, board: Board, find: str) -> dict[str, Any]:
    """What page and answers show alike."""
    return {
        "work": work,
        "board": board,
        "find": find,
        "shown": board.matching(find),
        "findings": board.findings[:MOST_FINDINGS],
        "address": f"/projects/{work.project.id}/model",
        "type_choices": [{"value": one, "label": one} for one in TYPES],
        "kind_choices": [{"value": name, "label": label} for name, label in KINDS.items()],
        "block": _block(work, board),
    }


def _block(work: Work, board: Board) -> TitleBlock:
    entities = f"{len(board.entities)} entit{'y' if len(board.entities) == 1 else 'ies'}"
    plan = f"{entities}, version {work.project.model}" if work.version else entities
    return TitleBlock(
        model=board.name or work.project.name, plan=plan, fingerprint=board.fingerprint
    )


def _page(request: Request, work: Work, board: Board, find: str, **more: Any) -> Response:
    extra = {"problem": None, "broken": (), "asked": Asked(), "force": "", "said": "", **more}
    return page(
        request,
        "template_builder.html.jinja",
        title=work.project.name,
        tab=uuid4().hex,
        **_context(work, board, find),
        **extra,
    )


async def _answer(
    request: Request,
    work: Work,
    given: Given,
    *,
    said: str = "",
    line: int = 0,
    broken: Sequence[Finding] = (),
) -> Response:
    """What changed, to be put in its places; the whole page for browsers without script."""
    board = await aside(look_at, work.text, work.file)
    if not is_partial(request):
        if broken:
            return _page(request, work, board, given.find, broken=broken, asked=given.asked)
        return leave(request, f"/projects/{work.project.id}/model")
    is_new = work.text != given.sent.text
    context = _context(work, board, given.find)
    if said or given.was != board.said:
        said = f"{said} {board.said.capitalize()}.".strip()
    return fragment(
        request,
        "template_builder_answer.html.jinja",
        title=work.project.name,
        said=said,
        block_rows=context["block"].rows(work.project.name),
        new_text=work.text if is_new else None,
        has_drawing=bool(board.entities) or not board.errors,
        line=line,
        broken=broken,
        asked=given.asked,
        **{name: value for name, value in context.items() if name != "block"},
        block=context["block"],
    )


async def _refused(
    request: Request,
    project_id: UUID,
    caller: Caller,
    session: Database,
    given: Given,
    error: ProjectError,
) -> Response:
    """Why nothing was done, beside the text that was sent: it stays in its field."""
    told = problem_of(error, request_id(request))
    status = 409 if told.status == 412 else told.status
    force = ""
    if status == 409:
        force = "save" if told.status == 412 else "check"
    work = await drafts.work_on(session, project_id, caller)
    card = {
        "status": status,
        "title": "Two texts" if status == 409 else "This was not done",
        "cause": told.detail,
        "fix": CHOOSE if told.status == 412 else told.hint,
        "findings": (),
    }
    if not is_partial(request):
        mine = work.model_copy(update={"text": given.sent.text, "base": given.base})
        board = await aside(look_at, mine.text, mine.file)
        more = {"status": status, "problem": card, "force": force, "asked": given.asked}
        return _page(request, mine, board, given.find, **more)
    return fragment(
        request,
        "template_builder_refused.html.jinja",
        title="The model",
        status=status,
        problem=card,
        force=force,
        work=work,
        address=f"/projects/{project_id}/model",
    )
