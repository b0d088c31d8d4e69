"""The data of a site: made, copied, brought back, dropped."""

import os
import signal
import sqlite3

import asyncpg
import pytest

from stackwright.deployment.hosting.site import DATABASE_SERVER, Release, Site
from stackwright.errors import ProjectError
from tasks import hosting
from tasks.host import folder
from tasks.hosting_database import back_up, drop_database, prepare_database, restore, revision
from tasks.hosting_server import serve, socket_folder
from tasks.hosting_site import remove_site
from tests.deployment.hosting.test_host import until

SQLITE = Release(number=1, source="x", database="sqlite")
POSTGRESQL = Release(number=1, source="x", database="postgresql")


def test_a_sqlite_file_is_copied_and_brought_back(site: Site) -> None:
    address = prepare_database(site, SQLITE)
    assert revision(site, SQLITE) == ""
    file = address.removeprefix("sqlite:///")
    with sqlite3.connect(file) as one:
        one.execute("CREATE TABLE alembic_version (version_num TEXT)")
        one.execute("INSERT INTO alembic_version VALUES ('r1')")
    one.close()
    assert back_up(site, SQLITE, "before-2").size_bytes > 0
    with sqlite3.connect(file) as one:
        one.execute("UPDATE alembic_version SET version_num = 'r2'")
    one.close()
    assert revision(site, SQLITE) == "r2"
    restore(site, SQLITE, "before-2")
    assert revision(site, SQLITE) == "r1"


def test_a_database_that_does_not_come_along_is_refused_with_a_way_out(site: Site) -> None:
    with pytest.raises(ProjectError, match="written for mysql") as caught:
        prepare_database(site, SQLITE.model_copy(update={"database": "mysql"}))
    assert "postgresql or sqlite" in caught.value.hint


@pytest.mark.parametrize("label", ["../../etc", "", "A"])
def test_a_label_cannot_lead_elsewhere(site: Site, label: str) -> None:
    with pytest.raises(ProjectError, match="There is no copy"):
        restore(site, SQLITE, label)


def test_a_copy_that_was_never_made_is_missed(site: Site) -> None:
    with pytest.raises(ProjectError, match="no copy before-9") as caught:
        restore(site, SQLITE, "before-9")
    assert caught.value.http_status == 404


@pytest.mark.services
async def test_each_site_has_a_database_and_a_role_of_its_own(site: Site) -> None:
    """Not the owner of the server, and not let into those of others."""
    import asyncio

    address = await asyncio.to_thread(prepare_database, site, POSTGRESQL)
    other = site.model_copy(update={"name": "desk"})
    await asyncio.to_thread(prepare_database, other, POSTGRESQL)
    assert "@/shop_staging?host=" in address
    mine = {"user": "shop_staging", "host": str(socket_folder(site.root))}
    connection = await asyncpg.connect(**mine, database="shop_staging")
    assert not await connection.fetchval(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    await connection.close()
    with pytest.raises(asyncpg.PostgresError, match="permission denied"):
        await asyncpg.connect(**mine, database="desk")
    await asyncio.to_thread(drop_database, other)
    await asyncio.to_thread(drop_database, other)
    with pytest.raises(asyncpg.PostgresError, match="does not exist"):
        await asyncpg.connect(user="desk", host=mine["host"], database="desk")


@pytest.mark.services
def test_a_killed_server_is_back_with_its_data(site: Site) -> None:
    prepare_database(site, POSTGRESQL)
    one = hosting.host_status(site.root).of(DATABASE_SERVER)
    assert one
    os.kill(one.seen.pid, signal.SIGKILL)
    serve(site.root)
    assert revision(site, POSTGRESQL) == ""
    again = hosting.host_status(site.root).of(DATABASE_SERVER)
    assert again
    assert again.seen.last == "was killed by SIGKILL"


@pytest.mark.services
def test_a_server_that_was_half_made_is_made_again(site: Site) -> None:
    folder.make(site.root)
    aside = site.root / f".{DATABASE_SERVER}.new"
    aside.mkdir()
    (aside / "PG_VERSION").touch()
    prepare_database(site, POSTGRESQL)
    assert not aside.exists()
    assert revision(site, POSTGRESQL) == ""


@pytest.mark.services
def test_an_ended_host_leaves_no_server_behind(site: Site) -> None:
    prepare_database(site, POSTGRESQL)
    hosting.end_host(site.root)
    assert not (site.root / DATABASE_SERVER / "postmaster.pid").exists()
    assert folder.wanted(site.root, DATABASE_SERVER).exists()
    prepare_database(site, POSTGRESQL)
    assert until((site.root / DATABASE_SERVER / "postmaster.pid").exists)


@pytest.mark.services
def test_with_the_last_site_the_server_goes_without_a_trace(site: Site) -> None:
    prepare_database(site, POSTGRESQL)
    remove_site(site)
    assert not (site.root / DATABASE_SERVER).exists()
    assert not socket_folder(site.root).exists()
    assert not hosting.host_status(site.root).programs
