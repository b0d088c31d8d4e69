"""The files of a project: which there are, what each is made from, and what is in them."""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from jinja2 import TemplateError

from stackwright import __version__
from stackwright.domain.entity import Entity
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.memory import Row, engine_digest, recall, remember
from stackwright.rendering.origins import Origin, trace, without_marks
from stackwright.rendering.pack import Entry, Kind, Pack, holds, read_pack

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PROJECT_UNIT = "project"  # the unit of files that belong to no single entity


class Views(Protocol):
    """What the view module of a pack offers: plain data for its templates."""

    def project_facts(self, project: Project, config: Config) -> dict[str, Any]:
        """What holds for the whole project and depends on the choices alone."""
        ...

    def project_names(self, project: Project, config: Config) -> dict[str, Any]:
        """The facts and the names of all entities."""
        ...

    def project_model(self, project: Project, config: Config) -> dict[str, Any]:
        """The names and everything else of the model."""
        ...

    def entity_view(self, entity: Entity, project: Project, config: Config) -> dict[str, Any]:
        """One entity with its neighbours, ready for templates."""
        ...


class Text(NamedTuple):
    """What is in a file, and a way to find out where its lines come from: only what is written needs that."""

    content: bytes
    origins: Callable[[], tuple[Origin, ...]] = tuple


class Output:
    """One file that a configuration asks for.

    Attributes:
        path: Relative to the project's folder, with forward slashes.
        unit: The entity it belongs to, or `project`.
        made_from: Digest of all that decides its content: template, data, options, engine.
    """

    __slots__ = ("_ready", "_source", "entry", "made_from", "path", "unit")

    def __init__(
        self, path: str, entry: Entry, unit: str, made_from: str, source: "PackSource"
    ) -> None:
        self.path = path
        self.entry = entry
        self.unit = unit
        self.made_from = made_from
        self._source = source
        self._ready: Text | None = None

    @property
    def pack(self) -> str:
        """The name of the template pack it comes from."""
        return self._source.pack.name

    @property
    def kind(self) -> Kind:
        """What sort of file it is."""
        return self.entry.kind

    def render(self) -> tuple[bytes, tuple[Origin, ...]]:
        """The content, and where each of its lines comes from (nothing for files copied as they are)."""
        ready, self._ready = self._ready or self._source.render(self), None
        return ready.content, ready.origins()

    def content(self) -> bytes:
        """The content alone; nothing is kept of it."""
        return (self._ready or self._source.render(self)).content

    def preview(self) -> bytes:
        """The content alone, kept until `render` asks for it: a plan looks at what is then written."""
        self._ready = self._ready or self._source.render(self)
        return self._ready.content


class PackSource:
    """One pack applied to one project: its contexts, made once each and only when asked for."""

    def __init__(
        self,
        pack: Pack,
        views: Views | None,
        project: Project,
        config: Config,
        compiled: Path | None = None,
    ) -> None:
        self.pack = pack
        self._given = views
        self._project = project
        self._config = config
        self._compiled = compiled
        self._facts = config.facts()
        self._options = _json(self._facts) + __version__
        self._entities: dict[str, tuple[dict[str, Any], str]] = {}
        self._projects: dict[str, tuple[dict[str, Any], str]] = {}

    @cached_property
    def _views(self) -> Views:
        return self._given or views(self.pack)

    @cached_property
    def _by_source(self) -> dict[str, Entry]:
        return {entry.source: entry for entry in self.pack.entries}

    def output(self, source: str, path: str, unit: str, made_from: str) -> Output | None:
        """The output that an earlier enumeration found; None when the pack has no such file."""
        entry = self._by_source.get(source)
        return None if entry is None else Output(path, entry, unit, made_from, self)

    def outputs(self) -> list[Output]:
        """Every file of the pack that the configuration asks for."""
        facts = {**self._facts, **self._project_context("config")[0]}
        found = []
        for entry in self.pack.entries:
            if entry.is_per_entity:
                for entity in self._project.entities:
                    view, digest = self._entity_context(entity)
                    if holds(entry.when, {**facts, **view}):
                        made_from = self._made_from(
                            entry, digest, self._project_context("names")[1]
                        )
                        found.append(Output(entry.path(view), entry, entity.name, made_from, self))
            elif holds(entry.when, facts):
                parts = (self._project_context(entry.reads)[1],) if entry.is_template else ()
                found.append(
                    Output(entry.output, entry, PROJECT_UNIT, self._made_from(entry, *parts), self)
                )
        return found

    def render(self, output: Output) -> "Text":
        """The text of one of this pack's files."""
        entry = output.entry
        if not entry.is_template:
            return Text(self.pack.static(entry))
        context: dict[str, Any] = {"config": self._facts}
        if entry.is_per_entity:
            context["project"] = self._project_context("names")[0]
            context["entity"] = self._entity_context(self._project.entity(output.unit))[0]
        else:
            context["project"] = self._project_context(entry.reads)[0]
        renderer = self.pack.renderer(self._compiled)
        step = 4 if output.path.endswith(".py") else 2
        try:
            marked, elements = renderer.render(f"files/{entry.source}", context, step)
        except (TemplateError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ProjectError(
                f"The template {self.pack.name}/files/{entry.source} failed for {output.unit}: {error}.",
                hint="This is a fault of the template pack, not of your model.",
            ) from error
        return Text(
            without_marks(marked).encode(), partial(trace, marked, elements, renderer.lines)
        )

    def _made_from(self, entry: Entry, *contexts: str) -> str:
        return _digest(entry.digest, *((self._options, *contexts) if entry.is_template else ()))

    def _entity_context(self, entity: Entity) -> tuple[dict[str, Any], str]:
        if entity.name not in self._entities:
            view = self._views.entity_view(entity, self._project, self._config)
            self._entities[entity.name] = (view, _digest(_json(view)))
        return self._entities[entity.name]

    def _project_context(self, reads: str) -> tuple[dict[str, Any], str]:
        if reads not in self._projects:
            make = {
                "config": self._views.project_facts,
                "names": self._views.project_names,
                "model": self._views.project_model,
            }[reads]
            view = make(self._project, self._config)
            self._projects[reads] = (view, _digest(_json(view)))
        return self._projects[reads]


def outputs(project: Project, config: Config, compiled: Path | None = None) -> list[Output]:
    """Every file of the generated project, in the order of their paths.

    Args:
        project: With the selected entities only (`select`).
        config: The choices.
        compiled: Folder in which compiled templates are kept between runs; None keeps nothing.
    """
    sources = {
        pack.name: PackSource(pack, None, project, config, compiled)
        for pack in packs()
        if pack.platform == PROJECT_UNIT or pack.platform in config.platforms
    }
    key = _digest(
        __version__,
        engine_digest(),
        project.model_dump_json(),
        config.model_dump_json(),
        *(source.pack.digest for source in sources.values()),
    )
    found = _recalled(sources, recall(compiled, key) or []) if compiled else []
    if not found:
        found = [output for source in sources.values() for output in source.outputs()]
        found.sort(key=lambda output: output.path)
        if compiled:
            rows = [(o.pack, o.entry.source, o.path, o.unit, o.made_from) for o in found]
            remember(compiled, key, rows)
    return found


def _recalled(sources: Mapping[str, PackSource], rows: Iterable[Row]) -> list[Output]:
    """The outputs of a remembered list; empty when one of them cannot be made any more."""
    found = []
    for pack, source, path, unit, made_from in rows:
        output = sources[pack].output(source, path, unit, made_from) if pack in sources else None
        if output is None:
            return []
        found.append(output)
    return found


@cache
def packs() -> tuple[Pack, ...]:
    """The template packs that come with Stackwright."""
    folders = sorted(path.parent for path in TEMPLATES.glob("*/template.yaml"))
    return tuple(read_pack(folder) for folder in folders)


def views(pack: Pack) -> Views:
    """The view module of a pack that comes with Stackwright."""
    return cast("Views", importlib.import_module(f"stackwright.generation.{pack.name}"))


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)


def _digest(*parts: str) -> str:
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(part.encode())
        state.update(b"\0")
    return state.hexdigest()
