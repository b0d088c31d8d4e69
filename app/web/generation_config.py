"""What to generate of a model, with the bill beside the choices: kept as a draft, saved, ordered as a run."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import Field

from app.api.etags import etag
from app.api.projects import save_config, the_project
from app.api.runs import NewRun, ask_for
from app.edge.identity import not_allowed
from app.edge.parts import Its, Parts
from app.live.door import Live
from app.storage import drafts, idempotency, runs
from app.storage.engine import Session
from app.web import bill_words as words
from app.web.addresses import leave
from app.web.bills import Bill, bill_for, time_for
from app.web.choices import PAGE, SWITCHES, Choices, Work, work_on
from app.web.rendering import TitleBlock, fragment, page
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, may
from stackwright.access.tokens import digest
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, Platform, Style
from stackwright.generation.config import Database as Engine
from stackwright.value import Value

router = APIRouter(prefix="/projects/{project_id}/configuration", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_PROJECTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_PROJECTS))]
Find = Annotated[str, Query(max_length=80)]
CHANGED = 412


class Given(Value):
    """The form with all choices."""

    act: str = Field("update", description="Which button was pressed.")
    token: str = Field("", max_length=80, description="Of this page: what it orders happens once.")
    base: int = 0
    seen: str = Field("", max_length=60, description="The version of the draft it was shown with.")
    find: str = Field("", max_length=80)
    csrf: str = ""
    has_entities: str = ""  # the form showed them: a list without any means none
    entity: list[str] = []
    platforms: list[Platform] = []
    style: Style = Style.STANDARD
    database: Engine = Engine.POSTGRESQL
    tests: str = ""
    docs: str = ""
    sample_data: str = ""
    docker: str = ""
    env_configs: str = ""
    verify: str = ""

    def choices(self, work: Work) -> Choices:
        """What is chosen of this model."""
        shown = work.tidy(frozenset(self.entity))
        return Choices(
            entities=shown if self.has_entities and work.model else work.choices.entities,
            platforms=tuple(one for one in Platform if one in self.platforms),
            style=self.style,
            database=self.database,
            verify=bool(self.verify),
            **{name: bool(getattr(self, name)) for name in SWITCHES},
        )


Filled = Annotated[Given, Form()]


@router.get("")
async def show(
    request: Request, project_id: UUID, caller: Reader, parts: Its, find: Find = "", done: Find = ""
) -> Response:
    """The choices and what they come to."""
    async with parts.storage.session() as session:
        work = await work_on(session, project_id, caller)
    return await _page(request, work, parts, find, uuid4().hex, words.DONE.get(done, ""))


@router.post("/bill")
async def bill(
    request: Request, project_id: UUID, caller: Writer, parts: Its, given: Filled
) -> Response:
    """Keep the choices as the draft, and say what they come to."""
    async with parts.storage.session() as session:
        work = await _keep(session, project_id, caller, parts, given)
    return fragment(
        request,
        "generation_config_answer.html.jinja",
        title="What the choices come to",
        block=_block(work),
        **await _shown(work, parts),
    )


@router.post("")
async def act(
    request: Request, project_id: UUID, caller: Writer, parts: Its, hub: Live, given: Filled
) -> Response:
    """Keep the choices as the draft and do what the button says: save them, generate, add what is missing."""
    address = f"/projects/{project_id}/configuration"
    async with parts.storage.session() as session:
        work = await _keep(session, project_id, caller, parts, given)
        if given.act == "discard" and not work.other:
            await drafts.drop(session, project_id, caller.account.id, PAGE)
    if work.other:
        work = work.model_copy(update={"seen": given.seen})
        return await _page(request, work, parts, given.find, given.token, status=409)
    told = ""
    if given.act == "save" and not _reason(work, is_for_saving=True):
        told = "saved" if await _saved(work, caller, parts) else ""
    if given.act == "generate" and not _reason(work):
        if not may(caller.account.role, None, Action.WRITE_RUNS):
            raise not_allowed(caller, Action.WRITE_RUNS)
        run_id = await _ordered(work, caller, parts, given.token)
        if run_id is not None:
            hub.keeper.nudge()
            return leave(request, f"/runs/{run_id}")
    query = {name: value for name, value in (("find", given.find), ("done", told)) if value}
    return leave(request, f"{address}?{urlencode(query)}" if query else address)


async def _keep(
    session: Session, project_id: UUID, caller: Caller, parts: Parts, given: Given
) -> Work:
    """How the choices stand once what the form holds is the draft; it is not while another tab's would be lost."""
    await the_project(session, project_id, caller, hold=True)  # one tab after the other
    work = await work_on(session, project_id, caller)
    choices, base = given.choices(work), given.base or work.base
    seen = work.model_copy(update={"choices": choices, "base": base})
    if given.act == "theirs":
        return work
    is_news = work.seen not in ("", given.seen) and work.tab != given.token
    if is_news and given.act != "over" and choices != work.choices:
        return seen.model_copy(update={"other": work.choices})
    match given.act:
        case "add":
            choices = choices.model_copy(update={"entities": seen.completed()})
        case "all" | "none":
            matching = {row["name"] for row in _entities(seen, given.find) if row["is_shown"]}
            wanted = seen.chosen | matching if given.act == "all" else seen.chosen - matching
            choices = choices.model_copy(update={"entities": seen.tidy(wanted)})
        case "mine":
            base = work.project.config_revision
    content = {**choices.model_dump(mode="json"), "base": base, "tab": given.token}
    await drafts.keep(session, project_id, caller.account.id, PAGE, content, parts.now())
    return seen.model_copy(update={"choices": choices, "base": base})


async def _saved(work: Work, caller: Caller, parts: Parts) -> bool:
    """Whether the choices were saved; not when somebody changed the saved ones since: the page shows both."""
    try:
        async with parts.storage.session() as session:
            await _save(session, work, caller, parts)
    except ProjectError as error:
        if error.http_status != CHANGED:
            raise
        return False
    return True


async def _save(session: Session, work: Work, caller: Caller, parts: Parts) -> None:
    config, project_id = work.choices.config, work.project.id
    if config is None:
        return
    match = etag(work.base) if work.is_dirty else None
    project = await save_config(session, project_id, caller, config, parts, match)
    await drafts.drop(session, project_id, caller.account.id, PAGE)
    if work.choices.verify:  # is no part of what is saved, and stays for the next run
        content = {**work.choices.model_dump(mode="json"), "base": project.config_revision}
        await drafts.keep(session, project_id, caller.account.id, PAGE, content, parts.now())


async def _ordered(work: Work, caller: Caller, parts: Parts, token: str) -> UUID | None:
    """The run that was started, the same one for the same form; None: the saved choices changed since."""
    wanted = (work.project.id, work.project.model, work.choices.model_dump_json())
    request = digest(repr(("configuration", *map(str, wanted))))
    key = f"page:{token or uuid4().hex}:{request.hex()[:32]}"
    account_id, now = caller.account.id, parts.now()
    try:
        async with parts.storage.session() as session:
            kept = await idempotency.claim(session, account_id, key, request, now)
            if kept is not None:
                return UUID(kept["run"])
            await _save(session, work, caller, parts)
            order = NewRun(project_id=work.project.id, verify=work.choices.verify)
            run = await ask_for(session, order, caller, parts)
            await idempotency.keep(session, account_id, key, {"run": str(run.id)})
    except ProjectError as error:
        if error.http_status != CHANGED:
            raise
        return None
    return run.id


async def _page(
    request: Request,
    work: Work,
    parts: Parts,
    find: str,
    token: str,
    said: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "generation_config.html.jinja",
        title="Configuration",
        block=_block(work),
        status=status,
        entities=_entities(work, find),
        find=find,
        token=token,
        said=said,
        words=words,
        fields=Config.model_fields,
        **await _shown(work, parts),
    )


async def _shown(work: Work, parts: Parts) -> dict[str, Any]:
    """What page and answers show alike."""
    made, trouble = await _bill(work, parts)
    time = None
    if made:
        async with parts.storage.session() as session:
            files, verifies = made.estimate.total.files, work.choices.verify
            time = await time_for(session, work.project, files, verifies=verifies)
    return {
        "work": work,
        "bill": made,
        "time": time,
        "figures": words.figures(made, time) if made else [],
        "trouble": trouble,
        "reason": _reason(work),
        "why_not_saved": _reason(work, is_for_saving=True),
        "other": words.differences(work.choices, work.other) if work.other else [],
        "conflict": words.differences(work.choices, work.saved) if work.is_behind else [],
        "address": f"/projects/{work.project.id}/configuration",
        "gap_words": [words.needed(gap.name, gap.needed_by) for gap in work.gaps],
        "amounts": words.amounts(made) if made else [],
        "changes": words.changes(made) if made else "",
        "verify_words": words.verifying(time, is_wanted=work.choices.verify),
    }


async def _bill(work: Work, parts: Parts) -> tuple[Bill | None, str]:
    """The bill, and what is wrong with it. With gaps it is the one of the whole selection."""
    config = work.whole
    if work.model is None or config is None:
        return None, ""
    async with parts.storage.session() as session:
        last = await runs.latest_output(session, work.project.id)
    try:
        return await bill_for(work.model, config, last.place if last else ""), ""
    except ProjectError as error:
        if last is None:
            raise
        trouble = f"What is new against run {last.number} is not known: {error.message}"
        return await bill_for(work.model, config), trouble


def _reason(work: Work, *, is_for_saving: bool = False) -> str:
    """Why it cannot be generated, or saved; empty: it can."""
    if work.other:
        return "Another tab has changed the choices since: choose which ones go on."
    if work.model is None and not is_for_saving:
        return work.refusal or "The model has no saved version yet."
    if not work.choices.platforms:
        return "Choose at least one platform."
    if work.model is None:
        return ""
    if not work.chosen:
        return "Choose at least one entity."
    if work.gaps:
        return f"{len(work.gaps)} missing: add what the chosen entities need, or leave them out."
    if work.is_behind:
        return "The saved configuration was changed since: choose which one goes on."
    return ""


def _entities(work: Work, find: str) -> list[Mapping[str, Any]]:
    """The rows of the list."""
    if not work.model:
        return []
    wanted = find.strip().casefold()
    needed_by: dict[str, list[str]] = {}
    for entity in work.model.entities:
        for target in {one.target for one in entity.relations} - {entity.name}:
            needed_by.setdefault(target, []).append(entity.name)
    return [
        {
            "name": entity.name,
            "label": entity.label if entity.label.replace(" ", "") != entity.name else "",
            "is_chosen": entity.name in work.chosen,
            "is_shown": wanted in f"{entity.name} {entity.label}".casefold(),
            "fields": len(entity.fields),
            "relations": len(entity.relations),
            "needs": words.some(
                dict.fromkeys(
                    one.target
                    for one in entity.relations
                    if one.target not in (entity.name, BUILT_IN_USER)
                )
            ),
            "needed_by": words.some(needed_by.get(entity.name, ())),
        }
        for entity in work.model.entities
    ]


def _block(work: Work) -> TitleBlock:
    version = work.version
    return TitleBlock(
        model=f"{version.file}, version {version.number}" if version else "",
        plan=f"configuration {work.project.config_revision}",
        fingerprint=version.digest[:12] if version else "",
    )
