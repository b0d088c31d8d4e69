"""Where published projects are kept: a folder, or a bucket of S3 or of what speaks like it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import fsspec
from platformdirs import user_data_path

from stackwright.errors import ProjectError

SETTING = "STACKWRIGHT_ARTIFACTS"
S3 = {
    "use_listings_cache": False,  # another process may have published meanwhile
    "config_kwargs": {
        "connect_timeout": 5,
        "read_timeout": 60,
        "retries": {"max_attempts": 2},  # further attempts are the orchestrator's
    },
}
_NUMBERS: dict[type[OSError], int] = {
    FileNotFoundError: errno.ENOENT,
    PermissionError: errno.EACCES,
    IsADirectoryError: errno.EISDIR,
    NotADirectoryError: errno.ENOTDIR,
}


class Store(NamedTuple):
    """An opened store: a file system of fsspec, and the folder or bucket and prefix in it."""

    files: Any  # fsspec.AbstractFileSystem, which ships no types
    root: str
    is_local: bool

    def path(self, place: str, suffix: str) -> str:
        """Where the file of this suffix of an output lies in the file system."""
        return f"{self.root}/{place}{suffix}"


def artifacts_url() -> str:
    """The address of the store, as this process was told or the user's data folder."""
    return os.environ.get(SETTING) or str(default_folder())


def default_folder() -> Path:
    """Where published projects lie unless somebody says otherwise."""
    return Path(user_data_path("stackwright")) / "artifacts"


def open_store(url: str) -> Store:
    """The store at this address. Credentials of S3 come from the `AWS_…` variables alone.

    Args:
        url: A folder, or `s3://bucket/prefix`.

    Raises:
        ProjectError: It is no address we know, or what it takes is not installed.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ProjectError(
            f"{SETTING} holds credentials.",
            hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead: addresses are shown.",
        )
    if parts.scheme in {"", "file"}:
        root = Path(parts.path if parts.scheme else url).expanduser().absolute()
        return Store(fsspec.filesystem("file", auto_mkdir=True), str(root), is_local=True)
    if parts.scheme != "s3" or not parts.netloc:
        raise ProjectError(
            f"{SETTING} is no address of a store: {url}.",
            hint="Give a folder, or s3://bucket/prefix.",
        )
    try:
        files = fsspec.filesystem("s3", **S3)
    except ImportError as error:
        raise ProjectError(
            f"{SETTING} is {url}, and what speaks to S3 is not installed.",
            hint="Install it: pip install 's3fs>=2025.9' (the extra `s3` of pyproject.toml).",
        ) from error
    return Store(files, f"{parts.netloc}{parts.path}".rstrip("/"), is_local=False)


@contextmanager
def reaching(url: str, what: str) -> Iterator[None]:
    """Turn a failure of the store into a sentence with a way out; its cause says whether time may heal it.

    Raises:
        ProjectError: In place of any failure of the store inside.
    """
    try:
        yield
    except ProjectError:
        raise
    except Exception as error:
        cause = _as_os_error(error)
        if cause is None:
            raise
        lasting = cause.errno in {errno.EACCES, errno.EPERM}
        raise ProjectError(
            f"{what} failed: the store {url} says {(cause.strerror or str(cause)).rstrip('.')}.",
            hint="Does it accept our credentials (AWS_… variables), and may we write there?"
            if lasting
            else f"Is it reachable, and has it room? {SETTING} names it; then retry the run.",
            http_status=503,
        ) from cause


def _as_os_error(error: Exception) -> OSError | None:
    """The failure as one of the system, by whose number is judged whether trying again may help."""
    if isinstance(error, OSError):
        known = next((n for kind, n in _NUMBERS.items() if isinstance(error, kind)), None)
        return OSError(error.errno or known or errno.EIO, error.strerror or str(error))
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    if "botocore.exceptions.BotoCoreError" not in names:  # without importing it
        return None
    refused = "Credential" in type(error).__name__
    return OSError(errno.EACCES if refused else errno.EIO, str(error))
