"""What a project that was generated elsewhere offers, and what taking it over does to the one that is here."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from stackwright.errors import ProjectError
from stackwright.generation.lock import FOLDER, Lock, LockedFile
from stackwright.generation.plan import Plan, plan_files
from stackwright.generation.receipt import Rendered
from stackwright.rendering.pack import Kind

_WORD = re.compile(r"\w[\w-]*")  # packs and units name archives of the project
_GIT = ".git"  # what lies there is carried out by git


class Offer:
    """One file that was generated elsewhere.

    Args:
        path: Relative to the project's folder.
        locked: What the lock says of it.
        read: Gives its content.
    """

    __slots__ = ("_locked", "_read", "path")

    def __init__(self, path: str, locked: LockedFile, read: Callable[[str], bytes]) -> None:
        self.path = path
        self._locked = locked
        self._read = read

    @property
    def made_from(self) -> str:
        """Digest of all that decides its content."""
        return self._locked.made_from

    @property
    def pack(self) -> str:
        """The name of the template pack it comes from."""
        return self._locked.pack

    @property
    def unit(self) -> str:
        """The entity it belongs to, or `project`."""
        return self._locked.unit

    @property
    def kind(self) -> Kind:
        """What sort of file it is."""
        return self._locked.kind

    def preview(self) -> bytes:
        """The content."""
        return self._read(self.path)

    def rendered(self) -> Rendered:
        """What is remembered of it once it is in place."""
        return Rendered(path=self.path, **self._locked.model_dump())


def plan_adoption(
    theirs: Lock, offers: Sequence[Offer], mine: Lock, observed: Mapping[str, str]
) -> Plan:
    """Decide about each file as if it were generated here.

    Args:
        theirs: The lock of the project that is taken over.
        offers: Its files.
        mine: The lock of the project that is here; empty when there is none.
        observed: Path → content digest of the files of both that exist here.
    """
    return plan_files(theirs.project, theirs.model, theirs.config, offers, mine, observed)


def must_be_harmless(theirs: Lock, names: Iterable[str]) -> None:
    """Refuse a lock that says what no generation does.

    Args:
        theirs: The lock of the project that is taken over.
        names: The files that came with it.

    Raises:
        ProjectError: A file is missing or lies where none is generated.
    """
    known = set(names)
    folders = {path[:at] for path in known for at in range(len(path)) if path[at] == "/"}
    if not theirs.project or not theirs.files:
        raise refused("nothing was generated in it")
    for path, locked in theirs.files.items():
        parts = path.split("/")
        if not path.isprintable() or parts[0] == FOLDER or _GIT in map(str.lower, parts):
            raise refused(f"no generation makes {path!r}")
        if path not in known or path in folders:
            raise refused(f"{path} is missing")
        if not (_WORD.fullmatch(locked.pack) and _WORD.fullmatch(locked.unit)):
            raise refused(f"{path} is of a part {locked.pack!r} of {locked.unit!r}")


def refused(why: str, hint: str = "") -> ProjectError:
    """An error for an archive that is not taken over."""
    return ProjectError(
        f"What the server sent is no generated project: {why}. Nothing was changed here.",
        hint=hint or "Try again; if it stays so, somebody changed it on the server or on the way.",
    )
