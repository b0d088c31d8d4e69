"""All choices of a deployment on eight pages: kept as a draft, checked in place, billed, saved, and put into words."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import deployments as doors
from app.api.deployments import draft_of
from app.api.etags import etag
from app.edge.parts import Its, Parts
from app.edge.problems import not_found
from app.storage import drafts
from app.storage.engine import Session
from app.web import deployment_words as words
from app.web.addresses import leave
from app.web.deployment_draft import Work, idle, seen, work_on
from app.web.deployment_form import Step, merged, put, sent, step_called, steps, typed, value_at
from app.web.links import leads
from app.web.moments import minute
from app.web.rendering import TitleBlock, fragment, page
from app.web.run_words import several
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, may
from stackwright.errors import ProjectError

router = APIRouter(prefix="/deployments/{deployment_id}/configuration", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_DEPLOYMENTS))]
Word = Annotated[str, Query(max_length=200)]
CHANGED = 412


@router.get("")
async def begin(deployment_id: UUID, request: Request, caller: Reader, parts: Its) -> Response:
    """The first page."""
    async with parts.storage.session() as session:
        await doors.the_deployment(session, deployment_id, caller)
    return leave(request, _address(deployment_id, steps()[0]))


@router.get("/{slug}")
async def show(
    request: Request,
    deployment_id: UUID,
    slug: str,
    caller: Reader,
    parts: Its,
    done: Word = "",
    at: Word = "",
) -> Response:
    """One page of the choices, with all that is to say about it and what everything comes to."""
    step = _the_step(slug)
    async with parts.storage.session() as session:
        work = await work_on(session, deployment_id, caller)
    return page(
        request,
        "deployment_wizard.html.jinja",
        title=work.stored.name,
        block=_block(work),
        at=at,
        told=words.DONE.get(done, ""),
        **_shown(request, work, step, caller),
    )


@router.post("/{slug}/check")
async def check(
    request: Request, deployment_id: UUID, slug: str, caller: Writer, parts: Its
) -> Response:
    """Keep what was typed as the draft, and say what there is to say about it."""
    step, form = _the_step(slug), await _form(request)
    async with parts.storage.session() as session:
        work = await _keep(session, deployment_id, caller, parts, step, form)
    return fragment(
        request,
        "deployment_wizard_answer.html.jinja",
        title=work.stored.name,
        block=_block(work),
        **_shown(request, work, step, caller),
    )


@router.post("/{slug}")
async def act(
    request: Request, deployment_id: UUID, slug: str, caller: Writer, parts: Its
) -> Response:
    """Keep what was typed as the draft and do what the button says: another page, another row, save, discard."""
    step, form = _the_step(slug), await _form(request)
    what, _, subject = form.get("act", "").partition(":")
    async with parts.storage.session() as session:
        work = await _keep(session, deployment_id, caller, parts, step, form)
        if what == "discard":
            its = (session, work.project.id, caller.account.id, draft_of(deployment_id))
            await drafts.drop(*its)
    here = _address(deployment_id, step)
    match what:
        case "go":
            return leave(request, _address(deployment_id, step_called(subject) or step))
        case "add":
            rows = value_at(work.raw, subject)
            last = len(rows) - 1 if isinstance(rows, list) else 0
            return leave(request, f"{here}?at={subject}.{last}")
        case "remove":
            rows_of = subject.rpartition(".")[0]
            return leave(request, f"{here}?at=add:{rows_of}")
        case "save" if work.config and await _is_saved(work, caller, parts):
            return leave(request, f"{here}?done=saved")
    return leave(request, here)


async def _keep(
    session: Session,
    deployment_id: UUID,
    caller: Caller,
    parts: Parts,
    step: Step,
    form: Mapping[str, str],
) -> Work:
    """How the choices stand once what this page holds is in the draft."""
    await doors.the_deployment(session, deployment_id, caller, hold=True)  # one tab after the other
    work = await work_on(session, deployment_id, caller)
    raw = merged(work.raw, sent(step, form))
    what, _, subject = form.get("act", "").partition(":")
    for blank in step.blanks:
        rows = value_at(raw, blank.path)
        if what == "add" and subject == blank.path:
            put(raw, blank.path, [*rows, blank.row])
        if what == "remove" and subject.rpartition(".")[0] == blank.path:
            number = subject.rpartition(".")[2]
            put(raw, blank.path, [row for at, row in enumerate(rows) if str(at) != number])
    base = work.stored.revision if what == "mine" else work.base
    its = (session, work.project.id, caller.account.id, draft_of(deployment_id))
    if raw == typed(work.stored.config):
        await drafts.drop(*its)
    else:
        await drafts.keep(*its, {"raw": raw, "base": base}, parts.now())
    return await seen(session, work.stored, work.project, raw, base)


async def _is_saved(work: Work, caller: Caller, parts: Parts) -> bool:
    """Whether the choices were saved; not when somebody saved others since: the page shows it."""
    if work.config is None:
        return False
    try:
        async with parts.storage.session() as session:
            match = etag(work.base) if work.is_dirty else None
            await doors.replace_deployment(
                work.stored.id, work.config, caller, parts, session, Response(), match
            )
            name = draft_of(work.stored.id)
            await drafts.drop(session, work.project.id, caller.account.id, name)
    except ProjectError as error:
        if error.http_status != CHANGED:
            raise
        return False
    return True


def _shown(request: Request, work: Work, step: Step, caller: Caller) -> dict[str, Any]:
    """What page and answers show alike."""
    its = f"/deployments/{work.stored.id}"
    plan = f"{its}/plan"
    return {
        "work": work,
        "step": step,
        "steps": steps(),
        "before": next((one for one in steps() if one.number == step.number - 1), None),
        "after": next((one for one in steps() if one.number == step.number + 1), None),
        "address": _address(work.stored.id, step),
        "root": f"/deployments/{work.stored.id}/configuration",
        "words": words,
        "idle": idle(work, step),
        "value_at": value_at,
        "bill": work.look.bill,
        "figures": words.figures(work.look.bill),
        "parts": words.parts(work.look.bill),
        "sentences": words.sentences(work.shown),
        "saved_at": minute(work.stored.changed_at),
        "summary": _summary(work),
        "plan": plan if leads(request.app, plan) else "",
        "watched": its if leads(request.app, its) else "",
        "why_no_plan": _why_no_plan(work, caller),
    }


def _why_no_plan(work: Work, caller: Caller) -> str:
    """Why no plan can be made of the choices; empty: one can."""
    if not may(caller.account.role, None, Action.ROLL_OUT):
        return "Somebody who may roll out can make the plan: an operator, or an admin."
    if work.errors:
        errors = several(len(work.errors), "thing is", "things are")
        return f"{errors} to be put right first."
    return "Save first: a plan is made of what is saved." if work.is_dirty else ""


def _summary(work: Work) -> str:
    """How much is to be put right, in words."""
    errors, others = len(work.errors), len(work.said) - len(work.errors)
    right = f"{several(errors, 'thing is', 'things are')} to be put right" if errors else ""
    consider = f"{several(others, 'thing')} to consider" if others else ""
    return ", ".join(part for part in (right, consider) if part) or "Nothing is in the way."


def _the_step(slug: str) -> Step:
    step = step_called(slug)
    if step is None:
        raise not_found("page of the wizard")
    return step


async def _form(request: Request) -> dict[str, str]:
    found = await request.form()
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _address(deployment_id: UUID, step: Step) -> str:
    return f"/deployments/{deployment_id}/configuration/{step.slug}"


def _block(work: Work) -> TitleBlock:
    place = words.TITLES[work.shown.cloud.target]
    return TitleBlock(
        model=work.project.name,
        template=f"{place}, {work.shown.setting.environment.value}",
        plan=f"choices {work.stored.revision}",
        fingerprint=work.shown.settings_version,
    )
