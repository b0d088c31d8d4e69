"""Template packs: a folder with `template.yaml`, `files/` that mirror the output, and `macros/`."""

import functools
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from stackwright.errors import ProjectError
from stackwright.rendering.environment import Renderer
from stackwright.value import Value

Kind = Literal["code", "test", "doc", "sample", "docker", "config"]
Reads = Literal["config", "names", "model"]
Fits = Callable[[str], re.Match[str] | None]  # whether a rule is about this path

SUFFIX = ".jinja"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACE = re.compile(r"\{entity\.([a-z_]+)\}")


class Rule(Value):
    """What holds for the files whose path matches; of several matching rules the later one wins."""

    match: str  # glob over the path below files/, without .jinja
    kind: Kind | None = None
    reads: Reads | None = None
    when: tuple[str, ...] = ()  # conditions of all matching rules must hold


class Entry(Value):
    """One file of a pack and what it takes to produce it."""

    source: str  # path below files/
    output: str  # path in the generated project, perhaps with {entity.…}
    is_template: bool
    kind: Kind
    reads: Reads
    when: tuple[str, ...]
    digest: str  # of the file and of the macros it may use

    @property
    def is_per_entity(self) -> bool:
        """Whether the file is produced once for each entity."""
        return bool(_PLACE.search(self.output))

    def path(self, entity: Mapping[str, object]) -> str:
        """The output path for this entity's context."""
        return _PLACE.sub(lambda match: str(entity[match[1]]), self.output)


class Pack(Value):
    """A template pack as it lies on disk."""

    name: str
    title: str
    platform: str  # `project`: part of every project
    version: int
    root: str
    entries: tuple[Entry, ...]
    digest: str

    def renderer(self, cache: Path | None) -> Renderer:
        """The pack's compiled templates; the same object for the same pack and cache folder."""
        return _renderer(self.root, self.digest, cache)

    def static(self, entry: Entry) -> bytes:
        """The content of a file that is copied as it is."""
        return (Path(self.root) / "files" / entry.source).read_bytes()


_LEFT_BY_TOOLS = {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", "node_modules"}


class _Description(Value):
    name: str
    title: str
    platform: str
    version: int
    rules: tuple[Rule, ...] = ()


def read_pack(root: Path) -> Pack:
    """The pack in this folder.

    Raises:
        ProjectError: `template.yaml` is missing or says what the format does not know.
    """
    description = _description(root / "template.yaml")
    macros = _templates(_contents(root / "macros"))
    shared = _digest(
        *(part for name, text in macros.items() for part in (f"macros/{name}".encode(), text))
    )
    rules = [(_glob(rule.match).fullmatch, rule) for rule in description.rules]
    entries = []
    for source, own in _contents(root / "files").items():
        is_template = source.endswith(SUFFIX)
        output = source.removesuffix(SUFFIX)
        kind, reads, when = _ruled(output, rules)
        entries.append(
            Entry(
                source=source,
                output=output,
                is_template=is_template,
                kind=kind,
                reads=reads,
                when=when,
                digest=_digest(own, shared.encode()) if is_template else _digest(own),
            )
        )
    digest = _digest(shared.encode(), *(f"{e.source} {e.digest}".encode() for e in entries))
    return Pack(
        name=description.name,
        title=description.title,
        platform=description.platform,
        version=description.version,
        root=str(root),
        entries=tuple(entries),
        digest=digest,
    )


def holds(conditions: Collection[str], facts: Mapping[str, object]) -> bool:
    """Whether all conditions hold: `tests`, `!docker`, `style=standard|enterprise`, `platforms=frontend`."""
    return all(_holds(condition, facts) for condition in conditions)


def _holds(condition: str, facts: Mapping[str, object]) -> bool:
    name, _, wanted = condition.removeprefix("!").partition("=")
    value = facts.get(name, False)
    if wanted:
        values = (
            {str(item) for item in value} if isinstance(value, list | tuple | set) else {str(value)}
        )
        answer = bool(values & set(wanted.split("|")))
    else:
        answer = bool(value)
    return answer is not condition.startswith("!")


def _ruled(output: str, rules: Iterable[tuple[Fits, Rule]]) -> tuple[Kind, Reads, tuple[str, ...]]:
    kind: Kind = "code"
    reads: Reads = "model"
    when: tuple[str, ...] = ()
    for fits, rule in rules:
        if fits(output):
            kind, reads, when = rule.kind or kind, rule.reads or reads, when + rule.when
    return kind, reads, when


@functools.cache
def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts))


@functools.cache
def _renderer(root: str, digest: str, cache: Path | None) -> Renderer:
    sources = {
        f"{part}/{name}": text.decode()
        for part in ("files", "macros")
        for name, text in _templates(_contents(Path(root) / part)).items()
    }
    return Renderer(sources, digest, cache)


def _contents(folder: Path) -> dict[str, bytes]:
    """Path → content of all files below, in the order of the paths, without what tools leave behind."""
    names = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_BY_TOOLS]
        below = os.path.relpath(place, folder)
        names += files if below == "." else [f"{below}/{name}" for name in files]
    return {name: (folder / name).read_bytes() for name in sorted(names, key=_parts)}


def _parts(name: str) -> list[str]:
    return name.split("/")


def _templates(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: text for name, text in contents.items() if name.endswith(SUFFIX)}


def _description(path: Path) -> _Description:
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
        return _Description.model_validate(data)
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be read: {error.strerror}.", hint="A pack needs this file."
        ) from error
    except (yaml.YAMLError, ValidationError) as error:
        raise ProjectError(f"{path} is not a template description: {error}") from error


def _digest(*parts: bytes) -> str:
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()
