"""The effects around a build: bring the output it goes on from, publish what came of it."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from blocks.artifacts import Store, artifacts_url, open_store, reaching
from stackwright.errors import ProjectError
from stackwright.generation.lock import LOCK, Lock, parse_lock
from stackwright.generation.output_index import (
    HIDDEN,
    OutputFile,
    OutputIndex,
    Published,
    described,
    make_index,
    parse_index,
)
from tasks import packing
from tasks.effect import effect
from tasks.staging import explaining

ARCHIVE, INDEX = ".zip", ".json"
PROJECTS = "projects"  # the folder of all outputs, one folder a project in it
_PARTS = {"chunksize": 8 * 2**20, "max_concurrency": 2}  # of an upload to S3: memory stays bounded


@effect(retries=4, delays_s=(1.0, 3.0, 10.0, 30.0), timeout_s=900)
def restore_output(place: str, folder: Path) -> int:
    """Bring a published project into the folder; the number of its files, 0: it was there already.

    Raises:
        ProjectError: It was never published, the store does not answer, or it is damaged.
    """
    if folder.exists():  # it appears as a whole, so an earlier attempt has brought it
        return 0
    url = artifacts_url()
    store = open_store(url)
    with reaching(url, "Reading the published project"):
        index = find_index(store, place)
        if index is None:
            raise ProjectError(
                f"There is no published project at {place}.",
                hint="Generate without going on from that run.",
                http_status=404,
            )
        with _fetched(store, place) as archive:
            return packing.unpack(archive, folder)


@effect(retries=4, delays_s=(1.0, 3.0, 10.0, 30.0), timeout_s=900)
def publish_output(folder: Path, place: str) -> Published:
    """Publish the project in this folder: its archive, then its index, which makes it visible.

    Publishing the same again changes nothing.

    Raises:
        ProjectError: The store does not take it, or the folder holds no generated project.
    """
    url = artifacts_url()
    store = open_store(url)
    with _packed(folder) as (path, index), reaching(url, "Publishing the project"):
        content = index.model_dump_json(exclude_defaults=True).encode()
        name = store.path(place, INDEX)
        known = _content(store, name)
        if known != content:
            if known is not None:  # nobody may see an old index with a new archive
                store.files.rm_file(name)
            _put(store, path, store.path(place, ARCHIVE))
            path.write_bytes(content)
            _put(store, path, name)
    return Published(
        place=place,
        archive=index.archive,
        archive_bytes=index.archive_bytes,
        files=len(index.files),
        lines=index.lines,
    )


def published_lock(place: str) -> Lock | None:
    """The lock of an output: what its files are made from; None: nothing is published there.

    Raises:
        ProjectError: The store does not answer, or the archive is damaged.
    """
    url = artifacts_url()
    store = open_store(url)
    with reaching(url, "Reading the published project"):
        if find_index(store, place) is None:
            return None
        try:
            with _fetched(store, place) as archive, zipfile.ZipFile(archive) as packed:
                return parse_lock(packed.read(LOCK).decode("utf-8"), LOCK)
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
            raise ProjectError(
                f"The published project at {place} is damaged.", hint="Generate it again."
            ) from error


def remove_outputs(project: str) -> None:
    """Remove everything that runs of this project published.

    Raises:
        ProjectError: The store does not answer.
    """
    url = artifacts_url()
    store = open_store(url)
    with reaching(url, "Removing what was published"), suppress(FileNotFoundError):
        store.files.rm(f"{store.root}/{PROJECTS}/{project}", recursive=True)


def find_index(store: Store, place: str) -> OutputIndex | None:
    """The index of an output; None: nothing is published there.

    Raises:
        ProjectError: It is damaged.
        OSError: The store does not answer.
    """
    name = store.path(place, INDEX)
    content = _content(store, name)
    return None if content is None else parse_index(content, name)


def _content(store: Store, name: str) -> bytes | None:
    try:
        content: bytes = store.files.cat_file(name)
    except FileNotFoundError:
        return None
    return content


@contextmanager
def _fetched(store: Store, place: str) -> Iterator[IO[bytes]]:
    """The archive of an output as a file of this machine, until the end of the block."""
    name = store.path(place, ARCHIVE)
    if store.is_local:
        with Path(name).open("rb") as archive:
            yield archive
        return
    with tempfile.NamedTemporaryFile(prefix="stackwright-", suffix=ARCHIVE) as kept:
        store.files.get_file(name, kept.name)
        yield kept


@contextmanager
def _packed(folder: Path) -> Iterator[tuple[Path, OutputIndex]]:
    """A file with the archive of this folder, until the end of the block, and its index."""
    with explaining("Packing the project"):
        lock = parse_lock((folder / LOCK).read_text("utf-8"), LOCK)
        descriptor, name = tempfile.mkstemp(prefix="stackwright-", suffix=ARCHIVE)
    files: list[OutputFile] = []

    def look(path: str, content: bytes) -> None:
        if not path.startswith(HIDDEN):
            files.append(described(path, content, lock))

    try:
        with os.fdopen(descriptor, "w+b") as archive, explaining("Packing the project"):
            digest, size_bytes = packing.pack(folder, archive, look)
        yield Path(name), make_index(lock, files, digest, size_bytes)
    finally:
        Path(name).unlink()


def _put(store: Store, source: Path, target: str) -> None:
    """Put a file into the store, whole or not at all."""
    if not store.is_local:
        store.files.put_file(str(source), target, **_PARTS)
        return
    folder = Path(target).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        try:
            _copy(source, part)
            Path(part.name).chmod(0o644)
            Path(part.name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(part.name).unlink()
            raise


def _copy(source: Path, target: IO[bytes]) -> None:
    with source.open("rb") as content:
        shutil.copyfileobj(content, target, 2**20)
    target.flush()
    os.fsync(target.fileno())
