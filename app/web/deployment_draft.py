"""How the choices of a deployment stand for somebody: as saved, as typed since, and what is to say about them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from app.api.deployments import Look, draft_of, look, the_deployment, written_for
from app.api.projects import the_project
from app.storage import deployments, drafts
from app.storage.deployments import Stored
from app.storage.engine import Session
from app.storage.projects import Project
from app.web.deployment_form import (
    Blank,
    Raw,
    Step,
    put,
    repeated,
    step_of,
    typed,
    value_at,
    wanted,
)
from stackwright.access.accounts import Caller
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import HOST
from stackwright.deployment.options.place import LABEL, VARIABLE
from stackwright.deployment.unused import TARGETS, unused, why_unused
from stackwright.errors import Finding
from stackwright.value import Value


class Said(Value):
    """What is to say about something that was typed."""

    level: str
    at: str = Field(description="The field that it is said at, or a group of them.")
    title: str = Field(description="What the page calls it.")
    message: str
    hint: str = ""
    step: Step

    @property
    def anchor(self) -> str:
        """The part of an address that leads there."""
        return f"field-{self.at}"


class Work(Value):
    """How the choices of a deployment stand for one account."""

    stored: Stored
    project: Project
    raw: Raw = Field(description="As it is typed.")
    base: int = Field(description="The revision that it began with.")
    config: Deployment | None = Field(description="What was typed; None: it is not possible.")
    shown: Deployment = Field(
        description="The same, with the saved values of fields where what was typed is not possible."
    )
    mistakes: tuple[Said, ...] = Field(description="Why it is not possible.")
    look: Look = Field(description="At what is shown.")
    said: tuple[Said, ...] = Field(description="All that is to say, errors first.")

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self.config != self.stored.config

    @property
    def is_behind(self) -> bool:
        """Whether somebody saved other choices since these began."""
        return self.is_dirty and self.base != self.stored.revision

    @property
    def errors(self) -> tuple[Said, ...]:
        """What is to be put right."""
        return tuple(one for one in self.said if one.level == "error")

    def said_at(self, path: str) -> tuple[Said, ...]:
        """What is to say at this field."""
        return tuple(one for one in self.said if one.at == path)

    def is_said_of(self, blanks: Sequence[Blank]) -> bool:
        """Whether there is something to say at one of these fields."""
        return any(_begins(one.at, blank.path) for one in self.said for blank in blanks)

    def said_on(self, step: Step) -> tuple[Said, ...]:
        """What is to say on this page."""
        return tuple(one for one in self.said if one.step == step)


class Idle(Value):
    """What changes nothing on a page, said where it is read once."""

    fields: Mapping[str, str] = Field(
        description="Field → why; empty: its group says it for several of them."
    )
    groups: Mapping[str, Sequence[str]] = Field(description="Group → sentences.")
    folded: Mapping[str, str] = Field(
        description="Field that the target does not use → why; these lie together."
    )

    def whys(self, blanks: Sequence[Blank]) -> Sequence[str]:
        """Why these are not used, each reason once."""
        return tuple(dict.fromkeys(self.folded[one.path] for one in blanks))


def idle(work: Work, step: Step) -> Idle:
    """Which choices of a page change nothing, and why."""
    known = unused(work.shown)
    theirs = TARGETS.get(work.shown.cloud.target, {})
    fields, groups, folded = dict[str, str](), dict[str, list[str]](), dict[str, str]()
    for group in step.groups:
        whys = {one.path: why for one in group.blanks if (why := why_unused(one.path, known))}
        folded |= {path: why for path in whys if (why := why_unused(path, theirs))}
        whys = {path: why for path, why in whys.items() if path not in folded}
        for why in dict.fromkeys(whys.values()):
            its = [one for one in group.blanks if whys.get(one.path) == why]
            is_said_once = len(its) > FEW
            fields |= {one.path: "" if is_said_once else why for one in its}
            if is_said_once:
                titles = ", ".join(one.title for one in its)
                groups.setdefault(group.path, []).append(f"Not used: {titles}. {why}")
    return Idle(fields=fields, groups=groups, folded=folded)


async def work_on(session: Session, deployment_id: UUID, caller: Caller) -> Work:
    """How the choices stand.

    Raises:
        ProjectError: There is no such deployment for this caller (HTTP 404).
    """
    stored = await the_deployment(session, deployment_id, caller)
    project = await the_project(session, stored.project_id, caller)
    draft = await drafts.find(session, project.id, caller.account.id, draft_of(deployment_id))
    content = draft.content if draft else {}
    raw, base = content.get("raw"), content.get("base")
    if not isinstance(raw, dict) or not isinstance(base, int):
        raw, base = typed(stored.config), stored.revision
    return await seen(session, stored, project, raw, base)


async def seen(session: Session, stored: Stored, project: Project, raw: Raw, base: int) -> Work:
    """How these choices stand.

    Args:
        session: The session.
        stored: The deployment.
        project: Whose it is.
        raw: What was typed.
        base: The revision that it began with.
    """
    made, places = wanted(raw)
    config, wrong = _possible(made)
    mistakes = [_said(one, raw, places) for one in wrong]
    for at, name in repeated(raw):
        finding = Finding(level="error", where=at, message=f"{name} stands here twice.")
        mistakes.append(_said(finding, raw, {}))
    name = str(made.get("name", ""))
    if await deployments.is_taken(session, project.id, name, stored.id):
        message = f"The project has another deployment called {name}."
        mistakes.append(_said(Finding(level="error", where="name", message=message), raw, {}))
    shown = config if config and not mistakes else _nearest(raw, mistakes, stored)
    config = None if mistakes else config
    found = look(shown, stored.config, await written_for(session, project))
    wrong_at = {one.at for one in mistakes}
    findings = [_said(one, raw, places) for one in found.findings]
    findings = [one for one in findings if one.at not in wrong_at]
    said = sorted((*mistakes, *findings), key=lambda one: one.level != "error")
    return Work(
        stored=stored,
        project=project,
        raw=raw,
        base=base if config != stored.config else stored.revision,
        config=config,
        shown=shown,
        mistakes=tuple(mistakes),
        look=found,
        said=tuple(said),
    )


def _nearest(raw: Raw, mistakes: Sequence[Said], stored: Stored) -> Deployment:
    """What was typed, with the saved values where it is not possible; the saved choices, if even that is not."""
    near, saved = deepcopy(raw), typed(stored.config)
    for one in mistakes:
        for blank in one.step.blanks:
            if _begins(one.at, blank.path):
                put(near, blank.path, value_at(saved, blank.path))
    return _possible(wanted(near)[0])[0] or stored.config


def _possible(made: Raw) -> tuple[Deployment | None, list[Finding]]:
    try:
        return Deployment.model_validate(made), []
    except ValidationError as error:
        found = []
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"])
            found.append(Finding(level="error", where=where, message=_message(one)))
        return None, found


def _said(finding: Finding, raw: Raw, places: Mapping[str, str]) -> Said:
    """A finding at the field where it is put right."""
    where = finding.where
    begins = sorted((one for one in places if _begins(where, one)), key=len, reverse=True)
    if begins:
        where = places[begins[0]] + where[len(begins[0]) :]
    step = step_of(where)
    at, title = _field(step, where, raw)
    return Said(
        level=finding.level,
        at=at,
        title=title,
        message=finding.message,
        hint=finding.hint,
        step=step,
    )


def _field(step: Step, where: str, raw: Raw) -> tuple[str, str]:
    """The field that shows what lies at this place, and what the page calls it."""
    for blank in step.blanks:
        if not _begins(where, blank.path):
            continue
        number, _, rest = where[len(blank.path) + 1 :].partition(".")
        if not (blank.columns and number.isdigit() and int(number) < _count(raw, blank.path)):
            return blank.path, blank.title
        name = rest.partition(".")[0]
        if blank.is_named and name in ("[key]", ""):
            name = "name"
        column = next((one for one in blank.columns if one.path == name), blank.columns[0])
        title = f"{blank.title}, {int(number) + 1}, {column.title.lower()}"
        return f"{blank.path}.{number}.{column.path}", title
    first = next((one for one in step.blanks if _begins(one.path, where)), step.blanks[0])
    return first.path, first.title


def _count(raw: Raw, path: str) -> int:
    rows = value_at(raw, path)
    return len(rows) if isinstance(rows, list) else 0


def _begins(path: str, begin: str) -> bool:
    return path == begin or path.startswith(f"{begin}.")


def _message(error: Mapping[str, Any]) -> str:
    """What is wrong with something that was typed, for people."""
    given, context = error["input"], error.get("ctx", {})
    quoted = f"“{given}”" if isinstance(given, str) and len(given) <= SHORT else "This"
    kind = error["type"]
    if given == "" or kind in ("missing", "string_too_short", "too_short"):
        least = context.get("min_length", 1)
        return "This is needed." if least <= 1 else f"At least {least} characters are needed."
    if kind in ("int_parsing", "int_from_float"):
        return f"{quoted} is not a whole number."
    if kind in ("float_parsing", "finite_number"):
        return f"{quoted} is not a number."
    if kind == "greater_than_equal":
        return f"{context['ge']} is the least."
    if kind == "less_than_equal":
        return f"{context['le']} is the most."
    if kind == "string_too_long":
        return f"It may have at most {context['max_length']} characters."
    if kind == "too_long":
        return f"At most {context['max_length']} are possible."
    if kind == "string_pattern_mismatch":
        return f"{quoted} is not possible here.{PATTERNS.get(context['pattern'], '')}"
    if kind == "value_error":
        text = str(context["error"])
        return f"{text[:1].upper()}{text[1:].rstrip('.')}."
    return f"{quoted} is not possible here."


FEW = 2  # fields that each say why they are not used
SHORT = 80  # characters that are quoted
PATTERNS = {
    VARIABLE: " Names are made of A to Z, 0 to 9 and _, and begin with a letter.",
    LABEL: " It begins with a letter and is made of a to z, 0 to 9 and -.",
    HOST: " Write it as shop.example.com.",
}
