"""Reading what runs published: indexes, files, texts, whole archives, and where lines come from."""

import hashlib
import io
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from platformdirs import user_cache_path

from blocks.artifacts import artifacts_url, open_store, reaching
from stackwright.errors import ProjectError
from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.generation.outputs import TEMPLATES, packs
from stackwright.generation.preview.provenance import Provenance, copied, traced
from tasks.archive import CHUNK, Archive
from tasks.artifacts import ARCHIVE, INDEX, find_index
from tasks.pristine import archive_path, parse_archive

K = TypeVar("K")
V = TypeVar("V")
FRESH_S = 5.0  # how long an index from afar is believed without asking again
KEPT_INDEXES, KEPT_ARCHIVES = 64, 16
KEPT_BYTES = 2 * 2**30  # of archives from afar, on this machine


class Outputs:
    """The published outputs; safe to use from several threads.

    Args:
        url: The store; none given: the one of this process.
        cache: Where archives from afar are kept; a store in a folder is read in place.
        kept_bytes: How much of them.
    """

    def __init__(
        self, url: str | None = None, cache: Path | None = None, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._url = url or artifacts_url()
        self._store = open_store(self._url)
        self._cache = cache or Path(user_cache_path("stackwright")) / "outputs"
        self._kept_bytes = kept_bytes
        self._indexes: _Recent[str, _Known] = _Recent(KEPT_INDEXES)
        self._archives: _Recent[str, Archive] = _Recent(KEPT_ARCHIVES)
        self._fetching = threading.Lock()

    def is_published(self, place: str) -> bool:
        """Whether there is an output at this place.

        Raises:
            ProjectError: The store does not answer.
        """
        return self._find(place) is not None

    def index(self, place: str) -> OutputIndex:
        """What was published at this place.

        Raises:
            ProjectError: Nothing was yet (HTTP 409), or the store does not answer (503).
        """
        found = self._find(place)
        if found is None:
            raise ProjectError(
                "This run has not published its files yet.",
                hint="They are there as soon as its step `publish` is done; watch its progress.",
                http_status=409,
            )
        return found

    def file(self, place: str, path: str) -> OutputFile:
        """What the index says of a file.

        Raises:
            ProjectError: There is no such file (HTTP 404), or nothing was published yet (409).
        """
        found = self.index(place).by_path.get(path)
        if found is None:
            raise ProjectError(
                "The project has no such file.",
                hint="GET files lists a folder, GET search?within=names finds files by their names.",
                http_status=404,
            )
        return found

    def content(self, place: str, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            ProjectError: See `file`; or the archive is damaged.
        """
        self.file(place, path)
        return self._archive(place).read(path)

    def hold(self, place: str) -> None:
        """Have the archive on this machine, so that nothing that is read next waits for the network.

        Raises:
            ProjectError: Nothing was published yet, or the store does not answer.
        """
        self._archive(place)

    def texts(self, place: str) -> Iterator[tuple[str, str]]:
        """Path and content of every text file, in the order of the paths."""
        index, archive = self.index(place), self._archive(place)
        for file in index.files:
            if not file.binary:
                yield file.path, archive.read(file.path).decode("utf-8", "replace")

    def whole(self, place: str) -> tuple[int, Iterator[bytes]]:
        """The bytes of the archive and its content, piece by piece.

        Raises:
            ProjectError: Nothing was published yet, or the store does not answer.
        """
        archive = self._archive(place)
        return archive.size_bytes, archive.pieces()

    def provenance(self, place: str, path: str) -> Provenance:
        """Where the lines of a file come from; nothing is known of files that were not generated.

        Raises:
            ProjectError: See `file`.
        """
        file = self.file(place, path)
        archive, kept = self._archive(place), archive_path(file.pack, file.unit)
        if kept not in archive:
            return Provenance(path=path)
        contents, origins = parse_archive(io.BytesIO(archive.read(kept)), kept)
        if contents.get(path) != archive.read(path):
            return Provenance(path=path, pack=file.pack, unit=file.unit)  # edited since
        if runs := origins.get(path):
            return traced(path, file.pack, file.unit, runs, file.lines)
        template = _copied_from(file.pack, path)
        if not template:
            return Provenance(path=path, pack=file.pack, unit=file.unit)
        return copied(path, file.pack, file.unit, template, file.lines)

    def _find(self, place: str) -> OutputIndex | None:
        with reaching(self._url, "Reading the published project"):
            now = time.monotonic()
            known = self._indexes.get(place)
            if known and not self._store.is_local and now - known.read_at < FRESH_S:
                return known.index
            version = self._version(place)
            if version is None:
                return None
            if known is None or known.version != version:
                index = find_index(self._store, place)
                if index is None:
                    return None
                known = _Known(index, version)
            known.read_at = now
            self._indexes.put(place, known)
            return known.index

    def _version(self, place: str) -> str | None:
        """What identifies the index that lies there now."""
        name = self._store.path(place, INDEX)
        try:
            if self._store.is_local:
                found = Path(name).stat()
                return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"
            told = self._store.files.info(name)
        except FileNotFoundError:
            return None
        return f"{told.get('ETag')}-{told.get('size')}-{told.get('LastModified')}"

    def _archive(self, place: str) -> Archive:
        digest = self.index(place).archive
        opened = self._archives.get(digest)
        if opened is None:
            with reaching(self._url, "Reading the published project"):
                name = self._store.path(place, ARCHIVE)
                local = Path(name) if self._store.is_local else self._fetched(name, digest)
                opened = Archive(local)
            self._archives.put(digest, opened)
        return opened

    def _fetched(self, name: str, digest: str) -> Path:
        """The archive on this machine, fetched at most once."""
        kept = self._cache / f"{digest}{ARCHIVE}"
        with self._fetching:
            if kept.exists():
                os.utime(kept)  # used last
                return kept
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=self._cache, suffix=".part") as part:
                self._store.files.get_file(name, part.name)
                if _digest(Path(part.name)) != digest:
                    raise ProjectError(
                        "The published project changed while it was read.",
                        hint="Try again in a moment.",
                        http_status=503,
                    )
                os.link(part.name, kept)
            self._make_room(kept)
        return kept

    def _make_room(self, newest: Path) -> None:
        """Remove the archives that were used longest ago, until the others fit."""
        known = [(path.stat(), path) for path in self._cache.glob(f"*{ARCHIVE}") if path != newest]
        room = self._kept_bytes - newest.stat().st_size
        for found, path in sorted(known, key=lambda one: one[0].st_mtime, reverse=True):
            room -= found.st_size
            if room < 0:
                with suppress(OSError):
                    path.unlink()


def template_text(name: str) -> str:
    """The text of a template, as provenance names it.

    Args:
        name: Such as `backend/files/backend/app/main.py.jinja`.

    Raises:
        ProjectError: There is no such template (any more).
    """
    pack, _, _ = name.partition("/")
    path = (TEMPLATES / name).resolve()
    if (
        pack not in {known.name for known in packs()}
        or not path.is_relative_to(TEMPLATES / pack)
        or not path.is_file()
    ):
        raise ProjectError(
            "There is no such template.",
            hint="It may have been renamed since the project was generated.",
            http_status=404,
        )
    return path.read_text("utf-8", errors="replace")


class _Known:
    """An index, and what it was when it was read."""

    def __init__(self, index: OutputIndex, version: str) -> None:
        self.index, self.version, self.read_at = index, version, 0.0


class _Recent(Generic[K, V]):
    """The values that were used last."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


def _digest(path: Path) -> str:
    state = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            state.update(piece)
    return state.hexdigest()


def _copied_from(pack: str, path: str) -> str:
    """The file of a pack that is copied to this path as it is; empty: there is none any more."""
    for known in packs():
        for entry in known.entries if known.name == pack else ():
            if not entry.is_template and entry.output == path:
                return f"{pack}/files/{entry.source}"
    return ""
