"""The web application of an installation: its database, its secret key, its first admin, its program."""

import os
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.installation.settings import ROOT, outputs_environment
from stackwright.errors import ProjectError

if TYPE_CHECKING:
    import httpx

DATABASE = "stackwright"
PROGRAM = (sys.executable, "-m", "app.web_server")
WELCOME_VALID = timedelta(hours=1)


def web_environment(
    address: str, folder: Path, database_url: str, prefect_url: str
) -> Mapping[str, str]:
    """What the web application is started with; what is set in ours and is not ours to say is kept.

    Args:
        address: Where it listens, and is reached unless STACKWRIGHT_PUBLIC_URL says otherwise.
        folder: Of the data; the secret key lies in it.
        database_url: Of its database.
        prefect_url: Where Prefect is reached.
    """
    given = {"STACKWRIGHT_PUBLIC_URL": address} | outputs_environment(folder) | dict(os.environ)
    return given | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
        "STACKWRIGHT_DATABASE_URL": database_url,
        "STACKWRIGHT_PREFECT_URL": prefect_url,
        "STACKWRIGHT_SECRET_KEY": _secret_key(folder / "secret_key"),
    }


async def welcome(database_url: str) -> str | None:
    """A new one-time token that makes the first admin, valid for an hour; None: there is an admin.

    Earlier ones are worth nothing from now on. The database gets the tables of this version first.
    """
    from app.storage import accounts, credentials  # together with the next: half a second
    from app.storage.engine import Storage
    from app.storage.migrate import migrate
    from stackwright.access.tokens import RANDOM_BYTES, Kind, digest, secret_text

    await migrate(database_url)
    storage = Storage(database_url)
    try:
        async with storage.session() as session:
            if await accounts.has_admin(session):
                return None
            text = secret_text(Kind.LINK, secrets.token_bytes(RANDOM_BYTES))
            purpose, now = credentials.FIRST_ADMIN, datetime.now(UTC)
            await credentials.add_link(session, purpose, digest(text), now, WELCOME_VALID)
            return text
    finally:
        await storage.close()


async def web_answers(client: "httpx.AsyncClient", address: str) -> bool:
    """Whether the application is there and its database, too."""
    import httpx

    try:
        return (await client.get(f"{address}/api/v1/health")).is_success
    except httpx.TransportError:
        return False


def _secret_key(file: Path) -> str:
    """The key of this installation, made at its first start and readable by its owner alone."""
    try:
        if not file.exists():
            made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "w") as opened:
                opened.write(secrets.token_urlsafe(48))
        return file.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ProjectError(
            f"The secret key {file} cannot be used: {error}.",
            hint="Delete it to get a new one; people who are logged in reload their page then.",
        ) from error
