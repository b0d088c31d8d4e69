"""What a run published, file by file: written beside the archive, after it."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, ValidationError

from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.lock import FOLDER, Lock, digest
from stackwright.value import Value

OTHER = "other"  # the kind, pack and unit of files that were not generated
HIDDEN = f"{FOLDER}/"  # in the archive, and not among the files that people look at


class OutputFile(Value):
    """One file of a published project."""

    path: str
    digest: str
    size_bytes: int
    lines: int = 0
    tests: int = 0
    kind: str = OTHER
    pack: str = OTHER
    unit: str = OTHER  # the entity it belongs to, or `project`
    binary: bool = False

    @property
    def extension(self) -> str:
        """What its name ends with, such as `py`; the whole name of a file without an ending."""
        name = self.path.rpartition("/")[2]
        return name.rpartition(".")[2].lower() or name


class OutputIndex(Value):
    """A published project: what it was made from, its archive, its files in the order of their paths."""

    format: Literal[1]
    project: str
    model: str = Field(description="The digest of the domain model.")
    config: Config
    stackwright: str
    archive: str = Field(description="The digest of the archive.")
    archive_bytes: int
    files: tuple[OutputFile, ...]

    @cached_property
    def by_path(self) -> Mapping[str, OutputFile]:
        """Path → file."""
        return {file.path: file for file in self.files}

    @property
    def lines(self) -> int:
        """Lines of all text files."""
        return sum(file.lines for file in self.files)


class Published(Value):
    """What a publication answers: references, not contents."""

    place: str
    archive: str
    archive_bytes: int
    files: int
    lines: int


def described(path: str, content: bytes, lock: Lock) -> OutputFile:
    """A file of a project as the index lists it; what only the lock knows is taken from there."""
    binary = is_binary(content)
    locked = lock.files.get(path)
    found = OutputFile(
        path=path,
        digest=digest(content),
        size_bytes=len(content),
        lines=0 if binary else count_lines(content),
        binary=binary,
    )
    if locked is None:
        return found
    known = {"kind": locked.kind, "pack": locked.pack, "unit": locked.unit}
    return found.model_copy(update={**known, "tests": locked.tests})


def make_index(
    lock: Lock, files: Iterable[OutputFile], archive: str, archive_bytes: int
) -> OutputIndex:
    """The index of a project with this lock."""
    return OutputIndex(
        format=1,
        project=lock.project,
        model=lock.model,
        config=lock.config,
        stackwright=lock.stackwright,
        archive=archive,
        archive_bytes=archive_bytes,
        files=tuple(sorted(files, key=lambda file: file.path)),
    )


def parse_index(text: bytes, name: str) -> OutputIndex:
    """The index in these bytes.

    Raises:
        ProjectError: It is damaged, or written by a newer Stackwright.
    """
    try:
        return OutputIndex.model_validate_json(text)
    except ValidationError as error:
        raise ProjectError(
            f"The index {name} of a published project cannot be read: {str(error).splitlines()[0]}.",
            hint="Run the generation again; if a newer Stackwright wrote it, update this one.",
        ) from error


def is_binary(content: bytes) -> bool:
    """Whether this is no UTF-8 text."""
    if b"\0" in content:
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


def count_lines(content: bytes) -> int:
    """How many lines a text has, a last one without line break included."""
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
