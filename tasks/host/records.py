"""Records on disk: each a small JSON file that is there whole or not at all, for its owner's eyes alone."""

import os
import secrets
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stackwright.errors import ProjectError

M = TypeVar("M", bound=BaseModel)
PART = ".part"


def write(path: Path, record: BaseModel) -> None:
    """Write a record, replacing what was there at once."""
    write_bytes(path, record.model_dump_json(indent=1).encode())


def write_bytes(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file, replacing what was there at once; only its owner may read it unless `mode` says otherwise."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def read(path: Path, kind: type[M]) -> M | None:
    """A record; none: it is not there.

    Raises:
        ProjectError: It is damaged.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise ProjectError(
            f"The record {path} is damaged: {error.errors()[0]['msg']}.",
            hint="Delete it and deploy again.",
        ) from error
