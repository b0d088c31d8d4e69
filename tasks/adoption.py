"""Taking over a project that was generated elsewhere, without losing edits, trusting nothing of its archive."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from stackwright.errors import ProjectError
from stackwright.generation.adoption import Offer, must_be_harmless, plan_adoption, refused
from stackwright.generation.lock import LOCK, Lock, digest, parse_lock
from stackwright.generation.plan import Plan
from stackwright.generation.receipt import WriteReceipt
from tasks import packing, staging
from tasks.alone import alone
from tasks.effect import effect
from tasks.observing import lock_for, observe
from tasks.placing import MODEL, Memory, Origins, place
from tasks.pristine import ORIGINS, archive_path

_DAMAGES = (  # what reading a damaged archive ends with
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_NEWER = "If a newer Stackwright runs on the server, update this one."
_ORIGINS_OF_UNIT = TypeAdapter(dict[str, Origins])


@effect(timeout_s=600)
def adopt(
    archive: Path | IO[bytes], project: str, out: Path, renamed_from: str = ""
) -> tuple[Plan, WriteReceipt]:
    """Bring the project in `out` to what is in the archive, as if it had been generated here.

    Edited and deleted files stay as they are; a generation here afterwards has nothing to do.

    Args:
        archive: A whole generated project with what it remembers (`tasks.artifacts`).
        project: The project's name.
        out: Its folder here; it is made if it does not exist.
        renamed_from: The name under which the folder may know it.

    Returns:
        What was decided, and what was done.

    Raises:
        ProjectError: The archive is damaged or hostile, the folder holds another project or cannot be written.
            Nothing was changed.
    """
    with alone(out):
        mine = lock_for(out, project, renamed_from)
        staging.discard(out)
        try:
            with ExitStack() as stack:
                with _reading():
                    sent = _Sent(stack.enter_context(zipfile.ZipFile(archive)), project)
                return _adopt(sent, mine, out)
        except ProjectError:
            staging.discard(out)
            raise


class _Sent:
    """A project as it was sent: its lock, and what the lock speaks of, known to be there and harmless.

    Raises:
        ProjectError: It is something else.
    """

    def __init__(self, packed: zipfile.ZipFile, project: str) -> None:
        self._packed = packed
        entries = packed.infolist()
        packing.must_be_modest(entries)
        for entry in entries:
            packing.safe_parts(entry)
        self._names = frozenset(packed.namelist())
        if len(self._names) != len(entries):
            raise refused("a name comes twice in it")
        self.lock = self._lock(project)
        self.model = self.read(MODEL)
        if not isinstance(json.loads(self.model), dict):
            raise refused("its model is damaged")

    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            ProjectError: It is not there, or damaged.
        """
        if name not in self._names:
            raise refused(f"{name} is missing")
        with _reading():
            return self._packed.read(name)

    def origins(self, pack: str, unit: str) -> Mapping[str, Origins]:
        """Path → where its lines come from, of the files of a unit."""
        content = io.BytesIO(self.read(archive_path(pack, unit)))
        with _reading(), zipfile.ZipFile(content) as kept:
            packing.must_be_modest(kept.infolist())
            return _ORIGINS_OF_UNIT.validate_json(kept.read(ORIGINS))

    def _lock(self, project: str) -> Lock:
        try:
            lock = parse_lock(self.read(LOCK).decode(), "its lock")
        except ProjectError as error:
            raise refused(error.message.rstrip("."), _NEWER) from error
        if lock.project != project:
            raise refused(f"it is {lock.project!r}, not {project}")
        must_be_harmless(lock, self._names)
        for path, locked in lock.files.items():
            content = self.read(path)
            if digest(content) != locked.content or len(content) != locked.size_bytes:
                raise refused(f"{path} is not as it was generated")
        return lock


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _DAMAGES as error:
        what = str(error).partition("\n")[0]
        raise refused(f"it is damaged ({what})") from error


def _adopt(sent: _Sent, mine: Lock, out: Path) -> tuple[Plan, WriteReceipt]:
    theirs = sent.lock
    offers = {path: Offer(path, locked, sent.read) for path, locked in theirs.files.items()}
    observed = observe(out, {*offers, *mine.files})
    plan = plan_adoption(theirs, list(offers.values()), mine, observed)
    written = {path: offers[path] for batch in plan.batches for path in batch.paths}
    aside = staging.staging_for(out, digest(plan.model_dump_json().encode())[:12])
    with staging.explaining("Writing the new files aside"):
        for path, offer in written.items():
            staging.stage(aside, path, offer.preview())
    origins = _origins(sent, written)
    memory = Memory(model=sent.model, origins=origins, stackwright=theirs.stackwright)
    rendered = {path: offer.rendered() for path, offer in written.items()}
    return plan, place(plan, rendered, memory, aside, out)


def _origins(sent: _Sent, written: Mapping[str, Offer]) -> Mapping[str, Origins]:
    known: dict[str, Origins] = {}
    for pack, unit in sorted({(offer.pack, offer.unit) for offer in written.values()}):
        known |= sent.origins(pack, unit)
    return {path: known.get(path, []) for path in written}
