"""The text that somebody works on: the draft, else the newest version; and what happens when two tabs write."""

from uuid import UUID

from app.api.projects import the_project
from app.edge.parts import Parts
from app.edge.problems import conflict
from app.storage import drafts, projects
from app.storage.engine import Session
from app.storage.projects import ModelVersion, Project
from app.web.model_board import FIRST_LINES
from stackwright.access.accounts import Caller
from stackwright.domain import naming
from stackwright.value import Value

PAGE = "model"
FILE = "model.stackwright.yaml"
LAST = 2**31  # after everything that a tab has sent


class Sent(Value):
    """What a tab sends: its text, and what it knows."""

    text: str = ""
    base: int = 0  # the version of the model on which the text was begun
    tab: str = ""
    seen: int = 0  # the revision of the draft that this tab saw last
    serial: int = 0  # counts what the tab sent: a late one never replaces a newer one


class Work(Value):
    """How a project's model stands for one account."""

    project: Project
    version: ModelVersion | None  # the newest one
    saved: str = ""  # its text
    text: str  # what is worked on
    base: int
    revision: int = 0  # of the draft; 0: there is none
    can_take_back: bool = False  # whether the draft replaced another text as a whole

    @property
    def is_saved(self) -> bool:
        """Whether the text is the newest version."""
        return self.version is not None and self.text == self.saved

    @property
    def is_behind(self) -> bool:
        """Whether a version was saved since the text was begun."""
        return self.base != self.project.model

    @property
    def file(self) -> str:
        """What findings call the text."""
        return self.version.file if self.version else FILE


async def work_on(session: Session, project_id: UUID, caller: Caller) -> Work:
    """How the model of a project stands.

    Raises:
        ProjectError: There is no such project for this caller (HTTP 404).
    """
    project = await the_project(session, project_id, caller)
    newest = await projects.model(session, project_id, project.model)
    draft = await drafts.find(session, project_id, caller.account.id, PAGE)
    version, saved = newest or (None, "")
    begun = saved if version else FIRST_LINES.format(name=naming.kebab(project.name) or "model")
    return Work(
        project=project,
        version=version,
        saved=saved,
        text=str(draft.content["text"]) if draft else begun,
        base=int(draft.content["base"]) if draft else project.model,
        revision=draft.revision if draft else 0,
        can_take_back=draft is not None and draft.replaced is not None,
    )


async def keep(
    session: Session, project_id: UUID, caller: Caller, parts: Parts, sent: Sent, *, force: bool
) -> Work:
    """Keep what a tab sent as the draft; how the model stands then.

    Args:
        session: The session.
        project_id: Of which project.
        caller: Whose draft it is.
        parts: The application.
        sent: What was sent.
        force: Replace what another tab has written; that can be taken back.

    Raises:
        ProjectError: Another tab has written since (HTTP 409), or there is no such project.
    """
    await the_project(session, project_id, caller)
    its = (session, project_id, caller.account.id, PAGE)
    draft = await drafts.find(*its)
    sent = sent.model_copy(update={"text": _storable(sent.text), "tab": _storable(sent.tab)})
    content = sent.model_dump(exclude={"seen"})
    if draft is not None and draft.content.get("text") != sent.text:
        is_same_tab = draft.content.get("tab") == sent.tab
        serial = int(draft.content.get("serial", 0))
        knows = serial == LAST and draft.revision == sent.seen  # that its text was replaced
        if is_same_tab and serial > sent.serial and not knows:
            return await work_on(session, project_id, caller)
        if not is_same_tab and draft.revision != sent.seen and not force:
            raise conflict(
                "Another tab or window has changed this draft since.",
                "Choose which of the two texts goes on; the other one can be taken back.",
            )
    await drafts.keep(*its, content, parts.now(), replaces=force and draft is not None)
    return await work_on(session, project_id, caller)


async def replace(
    session: Session,
    project_id: UUID,
    caller: Caller,
    parts: Parts,
    text: str,
    base: int,
    tab: str = "",
) -> Work:
    """Another text as the draft; the one before can be taken back once.

    What this tab has sent before and arrives later changes nothing of it.
    """
    work = await work_on(session, project_id, caller)
    its = (session, project_id, caller.account.id, PAGE)
    now = parts.now()
    if (
        not work.revision
    ):  # what was there before is a version: it becomes a draft, to be taken back
        await drafts.keep(*its, {"text": work.text, "base": work.base}, now)
    content = {"text": _storable(text), "base": base, "tab": _storable(tab), "serial": LAST}
    await drafts.keep(*its, content, now, replaces=True)
    return await work_on(session, project_id, caller)


async def take_back(
    session: Session, project_id: UUID, caller: Caller, parts: Parts, tab: str = ""
) -> Work:
    """The text before it was replaced; the one that replaced it can be taken back in turn.

    What this tab has sent before and arrives later changes nothing of it.
    """
    await the_project(session, project_id, caller)
    its = (session, project_id, caller.account.id, PAGE)
    draft = await drafts.find(*its)
    if draft is None or draft.replaced is None:
        raise conflict("There is nothing to take back.", "Go on with the text as it is.")
    content = {**draft.replaced, "tab": _storable(tab), "serial": LAST}
    await drafts.keep(*its, content, parts.now(), replaces=True)
    return await work_on(session, project_id, caller)


async def drop(session: Session, project_id: UUID, caller: Caller) -> None:
    """Forget the draft: it was saved."""
    await drafts.drop(session, project_id, caller.account.id, PAGE)


def _storable(text: str) -> str:
    """The text without the one character that no database keeps; it is refused in models anyway."""
    return text.replace("\x00", "\ufffd")
