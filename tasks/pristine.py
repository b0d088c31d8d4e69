"""The last pristine output and the origin of its lines, one archive an entity a pack, in `.stackwright/pristine`."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from stackwright.errors import ProjectError
from stackwright.rendering.origins import Origin

ORIGINS = "origins.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # archives are the same bytes every time


def archive_path(pack: str, unit: str) -> str:
    """Where the archive of a unit lies in the project."""
    return f".stackwright/pristine/{pack}/{unit}.zip"


def read_archive(path: Path) -> tuple[dict[str, bytes], dict[str, list[list[str | int]]]]:
    """Path → content, and path → origins as `[lines, template, line, element]`; empty when there is none.

    Raises:
        ProjectError: The archive is damaged.
    """
    if not path.exists():
        return {}, {}
    with path.open("rb") as file:
        return parse_archive(file, str(path))


def parse_archive(
    file: IO[bytes], path: str
) -> tuple[dict[str, bytes], dict[str, list[list[str | int]]]]:
    """What is in an archive that lies at this path, see `read_archive`.

    Raises:
        ProjectError: The archive is damaged.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            contents = {
                name.removeprefix("files/"): archive.read(name)
                for name in archive.namelist()
                if name.startswith("files/")
            }
            return contents, json.loads(archive.read(ORIGINS))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ProjectError.bad_input(
            f"{path} is damaged.",
            hint="Restore it from version control, or delete the folder .stackwright/pristine.",
        ) from error


def archive_bytes(
    contents: Mapping[str, bytes], origins: Mapping[str, list[list[str | int]]]
) -> bytes:
    """An archive with these contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(contents):
            archive.writestr(_entry(f"files/{path}"), contents[path])
        archive.writestr(
            _entry(ORIGINS), json.dumps(origins, sort_keys=True, separators=(",", ":"))
        )
    return buffer.getvalue()


def compact(origins: tuple[Origin, ...]) -> list[list[str | int]]:
    """Origins as they are stored."""
    return [list(origin) for origin in origins]


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
