"""A folder as one archive, the same bytes every time; and back, trusting nothing that the archive says."""

import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from stackwright.errors import ProjectError
from stackwright.generation.lock import FOLDER

EPOCH = (1980, 1, 1, 0, 0, 0)
LEVEL = 1  # of deflate: a third of the time of the default one, a tenth more bytes
MAX_BYTES = 2 * 2**30  # of all files of a project
MAX_FILES = 200_000
MAX_FILE_BYTES = 256 * 2**20
_CHUNK = 2**20
_PASSING = (f"{FOLDER}/staging/", f"{FOLDER}/journal.")  # of a change that is under way


def pack(folder: Path, archive: IO[bytes], look: Callable[[str, bytes], None]) -> tuple[str, int]:
    """Write everything in the folder into an archive; links and what is under way stay out.

    Args:
        folder: What to pack.
        archive: Where to; it can be sought and read.
        look: Is shown path and content of each file.

    Returns:
        The digest of the archive (BLAKE2b, 32 digits) and its bytes.

    Raises:
        ProjectError: The folder is larger than `MAX_BYTES`.
    """
    total = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
        for name, path in _files(folder):
            size = path.stat().st_size
            total += size
            if size > MAX_FILE_BYTES or total > MAX_BYTES:
                raise _too_large(name)
            content = path.read_bytes()
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix: rights are the same wherever it is packed
            info.external_attr = (stat.S_IFREG | _rights(path)) << 16
            packed.writestr(info, content)
            look(name, content)
    archive.seek(0)
    state = hashlib.blake2b(digest_size=16)
    while chunk := archive.read(_CHUNK):
        state.update(chunk)
    return state.hexdigest(), archive.tell()


def unpack(archive: IO[bytes], folder: Path) -> int:
    """Make the folder from an archive, whole or not at all; the number of files.

    Raises:
        ProjectError: The archive is damaged, too large, or would write outside the folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = packed.infolist()
            must_be_modest(entries)
            for entry in entries:
                _unpack_one(packed, entry, aside)
        aside.chmod(0o755)  # mkdtemp closes it to others; what is published is no secret of ours
        aside.rename(folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ProjectError(
            f"The published project is damaged: {error}.",
            hint="Generate it again without going on from that run.",
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return len(entries)


def _unpack_one(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, aside: Path) -> None:
    target = aside.joinpath(*safe_parts(entry))
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as source, target.open("xb") as out:
        shutil.copyfileobj(source, out, _CHUNK)
    if (entry.external_attr >> 16) & stat.S_IXUSR:
        target.chmod(0o755)


def safe_parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of the path of an entry.

    Raises:
        ProjectError: It leads out of the folder, or the entry is no plain file.
    """
    mode = entry.external_attr >> 16
    parts = tuple(entry.filename.split("/"))
    is_plain = stat.S_IFMT(mode) in {0, stat.S_IFREG}
    if not is_plain or any(part in {"", ".", ".."} or "\\" in part for part in parts):
        raise ProjectError(
            f"The published project holds something that is no plain file of it: {entry.filename!r}.",
            hint="Somebody changed it in the store; generate without going on from that run.",
        )
    return parts


def must_be_modest(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that fill a disk.

    Raises:
        ProjectError: They are more or larger than a project may be.
    """
    if len(entries) > MAX_FILES:
        raise _too_large(f"file number {MAX_FILES + 1}")
    if large := [entry.filename for entry in entries if entry.file_size > MAX_FILE_BYTES]:
        raise _too_large(large[0])
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _too_large(entries[-1].filename)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Path in the project and on disk of every plain file, sorted by the former."""
    found = []
    for base, _, names in os.walk(folder):
        below = Path(base).relative_to(folder).as_posix()
        found += [name if below == "." else f"{below}/{name}" for name in names]
    for name in sorted(found):
        path = folder / name
        if not name.startswith(_PASSING) and stat.S_ISREG(path.lstat().st_mode):
            yield name, path


def _rights(path: Path) -> int:
    return 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644


def _too_large(name: str) -> ProjectError:
    return ProjectError(
        f"The project is too large to be published or restored; {name} passes the limit.",
        hint=f"Limits: {MAX_BYTES // 2**30} GiB together, {MAX_FILE_BYTES // 2**20} MiB a file, "
        f"{MAX_FILES} files.",
    )
