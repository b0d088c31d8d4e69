"""What somebody chooses to generate: as the form sends it, as the draft keeps it, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from app.api.models import read
from app.api.projects import the_project
from app.edge.aside import aside
from app.storage import drafts, projects
from app.storage.engine import Session
from app.storage.projects import ModelVersion, Project
from app.web.bills import Kept
from stackwright.access.accounts import Caller
from stackwright.domain.project import Project as Model
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, Platform, with_all_needed
from stackwright.value import Value

PAGE = "configuration"
SWITCHES = ("tests", "docs", "sample_data", "docker", "env_configs")


class Choices(Config):
    """The choices as they stand on the page, which may still have gaps."""

    platforms: tuple[Platform, ...] = Config().platforms
    verify: bool = False

    @classmethod
    def of(cls, config: Config) -> "Choices":
        """Those of a configuration that was saved."""
        return cls.model_validate(config.model_dump())

    @property
    def config(self) -> Config | None:
        """The configuration; None: there is nothing to generate."""
        fields = self.model_dump(exclude={"verify"})
        return Config.model_validate(fields) if self.platforms and self.entities != () else None


class Gap(Value):
    """An entity that is needed and not chosen."""

    name: str
    needed_by: Sequence[str]


class Work(Value):
    """How the choices of a project stand for one account."""

    project: Project
    version: ModelVersion | None
    text: str = Field(description="Of the newest version of the model.")
    model: Model | None = Field(description="None: there is none yet, or it has errors.")
    refusal: str = Field("", description="Why there is no model although there is a version.")
    choices: Choices
    base: int = Field(description="The revision of the configuration that the choices began with.")
    tab: str = Field("", description="The page that kept the draft last.")
    seen: str = Field("", description="Names the version of the draft; empty: there is none.")
    other: Choices | None = Field(
        None, description="What another tab chose meanwhile; then these choices are not kept."
    )
    has_newer_model: bool = Field(description="Whether a draft of the model was not saved.")

    @property
    def names(self) -> tuple[str, ...]:
        """The entities of the model, in its order."""
        return tuple(entity.name for entity in self.model.entities) if self.model else ()

    @property
    def chosen(self) -> frozenset[str]:
        """The entities that are chosen, of those that the model has."""
        wanted = self.choices.entities
        return frozenset(self.names if wanted is None else set(wanted) & set(self.names))

    @property
    def gone(self) -> tuple[str, ...]:
        """Entities that were chosen once and are not in the model any more."""
        known = set(self.names)
        return tuple(one for one in self.choices.entities or () if self.model and one not in known)

    @property
    def saved(self) -> Choices:
        """The choices as they were saved, with what is not saved taken from those on the page."""
        return Choices.of(self.project.config).model_copy(update={"verify": self.choices.verify})

    @property
    def is_dirty(self) -> bool:
        """Whether something was changed and not saved."""
        return self.choices != self.saved

    @property
    def is_behind(self) -> bool:
        """Whether the saved choices were changed since these began."""
        return self.is_dirty and self.base != self.project.config_revision

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is needed and not chosen, directly or through others."""
        if not self.model:
            return ()
        wanted, needed = set(self.chosen), dict[str, list[str]]()
        while missing := self.model.missing_for(wanted):
            for name, targets in missing.items():
                for target in targets:
                    needed.setdefault(target, []).append(name)
            wanted |= set(needed)
        return tuple(
            Gap(name=name, needed_by=needed[name]) for name in self.names if name in needed
        )

    @property
    def whole(self) -> Config | None:
        """The configuration with everything that is missing added; None: nothing can be generated."""
        chosen = self.choices.model_copy(
            update={"entities": self.tidy(self.chosen | {gap.name for gap in self.gaps})}
        )
        return chosen.config

    def tidy(self, names: Sequence[str] | frozenset[str]) -> tuple[str, ...] | None:
        """These entities in the order of the model; None: all of them."""
        found = tuple(name for name in self.names if name in names)
        return None if found and len(found) == len(self.names) else found

    def completed(self) -> tuple[str, ...] | None:
        """The chosen entities with all that they need."""
        if not self.model:
            return self.choices.entities
        return self.tidy(with_all_needed(self.model, tuple(sorted(self.chosen))))


async def work_on(session: Session, project_id: UUID, caller: Caller) -> Work:
    """How the choices of a project stand.

    Raises:
        ProjectError: There is no such project for this caller (HTTP 404).
    """
    project = await the_project(session, project_id, caller)
    newest = await projects.model(session, project_id, project.model)
    draft = await drafts.find(session, project_id, caller.account.id, PAGE)
    written = await drafts.find(session, project_id, caller.account.id, "model")
    version, text = newest or (None, "")
    model, refusal = await _model(text, version.file) if version else (None, "")
    content = draft.content if draft else {}
    choices, base = _kept(content, project)
    return Work(
        project=project,
        version=version,
        text=text,
        model=model,
        refusal=refusal,
        choices=choices,
        base=base,
        tab=str(content.get("tab", "")),
        seen=f"{draft.revision}-{draft.changed_at.timestamp()}" if draft else "",
        has_newer_model=written is not None and written.content.get("text") != text,
    )


async def _model(text: str, file: str) -> tuple[Model | None, str]:
    try:
        found: Model = await aside(_read, text, file)
    except ProjectError as error:
        return None, error.message
    return found, ""


def _kept(content: Mapping[str, Any], project: Project) -> tuple[Choices, int]:
    """What the draft holds; a draft of an older edition that nobody understands any more is passed over."""
    if not content:
        return Choices.of(project.config), project.config_revision
    fields = {**content}
    base = fields.pop("base", project.config_revision)
    fields.pop("tab", None)
    try:
        choices, begun = Choices.model_validate(fields), int(base)
    except (ValidationError, ValueError, TypeError):
        return Choices.of(project.config), project.config_revision
    is_saved = choices.config == project.config  # then there is nothing that could be behind
    return choices, project.config_revision if is_saved else begun


def _read(text: str, file: str) -> Model:
    return _models.get((text, file), lambda: read(text, file)[0])


_models: Kept[tuple[str, str], Model] = Kept(8)
