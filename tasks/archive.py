"""Reading single files of a published archive, quickly: it is mapped into memory and looked up by path."""

import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from stackwright.errors import ProjectError
from tasks.packing import MAX_FILE_BYTES

CHUNK = 256 * 1024
_LOCAL_HEADER_BYTES = 30
_LENGTHS = struct.Struct("<HH")  # of name and extra field, at byte 26 of a local header
_RAW_DEFLATE = -15


class Archive:
    """An archive of plain files on this machine; usable from several threads, freed with its last user.

    Raises:
        ProjectError: It is damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                self._entries = {entry.filename: entry for entry in archive.infolist()}
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (zipfile.BadZipFile, ValueError) as error:
            raise _damaged(str(error)) from error

    def __contains__(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._entries

    @property
    def size_bytes(self) -> int:
        """Of the archive itself."""
        return len(self._bytes)

    def pieces(self) -> Iterator[bytes]:
        """The archive itself, piece by piece; the same one also when another is published meanwhile."""
        for begin in range(0, len(self._bytes), CHUNK):
            yield self._bytes[begin : begin + CHUNK]

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            KeyError: There is no such file.
            ProjectError: The archive is damaged.
        """
        entry = self._entries[path]
        begin = entry.header_offset + _LOCAL_HEADER_BYTES
        try:
            name, extra = _LENGTHS.unpack_from(self._bytes, begin - _LENGTHS.size)
            begin += name + extra
            content = self._bytes[begin : begin + entry.compress_size]
            if entry.compress_type == zipfile.ZIP_DEFLATED:
                room = min(entry.file_size, MAX_FILE_BYTES) + 1  # more would be an error, too
                content = zlib.decompressobj(_RAW_DEFLATE).decompress(content, room)
        except (struct.error, zlib.error) as error:
            raise _damaged(path) from error
        if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
            raise _damaged(path)
        return content


def _damaged(what: str) -> ProjectError:
    return ProjectError(
        f"The published project is damaged: {what}.", hint="Run its generation again."
    )
