"""The log on the page of a run: its end, earlier lines, filters, all of it as text; without a browser."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from stackwright.access.accounts import Account
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in
from tests.web.told import LogLine, Told

pytestmark = pytest.mark.services

S = RunState
NOON = datetime(2026, 3, 1, 12, 4, 31, 118_000, tzinfo=UTC)


@pytest.fixture
def told(world: World) -> Told:
    return Told(world.app)


@pytest.fixture
async def ada(world: World) -> Account:
    return await world.account("ada@example.org")


@pytest.fixture
async def person(world: World, ada: Account) -> Person:
    return await signed_in(world, ada.email)


def kept(run: Run, number: int) -> list[LogLine]:
    levels = (20, 20, 20, 30, 40)
    return [LogLine(NOON, levels[at % 5], f"Line {at + 1} of {run.number}") for at in range(number)]


async def test_a_long_log_shows_its_end_and_pages_back(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    told.log({run.id: kept(run, 20_000)})
    began = asyncio.get_running_loop().time()
    page = (await person.get(f"/runs/{run.id}")).text
    assert asyncio.get_running_loop().time() - began < 2
    shown = re.findall(r'<li id="L(\d+)"', page)
    assert (len(shown), shown[0], shown[-1]) == (500, "19501", "20000")
    assert "20000 lines, 4000 warnings, 4000 errors" in page
    assert "12:04:31.118" in page
    assert 'href="#L20000"' in page
    earlier = re.search(r'href="([^"]+)#log">Earlier lines', page)
    assert earlier
    page = (await person.get(earlier[1])).text
    shown = re.findall(r'<li id="L(\d+)"', page)
    assert (len(shown), shown[0], shown[-1]) == (500, "19001", "19500")
    assert "data-source" not in page  # the end is elsewhere: nothing is appended here
    assert f'href="/runs/{run.id}#log">The newest lines' in page


async def test_a_log_is_filtered_by_level_and_text_on_the_server(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    told.log({run.id: kept(run, 100)})
    page = (await person.get(f"/runs/{run.id}?level=40&text=LINE 9")).text
    assert re.findall(r'<li id="L(\d+)"', page) == ["90", "95"]
    assert f'data-source="/runs/{run.id}/log?level=40&amp;text=LINE+9"' in page
    assert 'type="hidden" name="level" value="40"' in page
    assert "100 lines, 20 warnings, 20 errors" in page
    more = await person.get(f"/runs/{run.id}/log?level=40&after=92", PIECE)
    assert re.findall(r'<li id="L(\d+)"', more.text) == ["95", "100"]
    assert 'data-after="100"' in more.text
    assert "<h1>Log</h1>" in (await person.get(f"/runs/{run.id}/log?after=92")).text
    nothing = (await person.get(f"/runs/{run.id}?text=nowhere")).text
    assert "No line is of this level and has this text." in nothing


async def test_a_whole_log_is_downloaded_as_text(told: Told, ada: Account, person: Person) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    told.log({run.id: kept(run, 3)})
    answer = await person.get(f"/runs/{run.id}/log.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="run-1.log.txt"'
    assert answer.text.splitlines()[0] == "2026-03-01T12:04:31.118000Z info Line 1 of 1"


async def test_a_log_that_cannot_be_read_leaves_the_page_standing(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)  # and no orchestrator answers
    page = await person.get(f"/runs/{run.id}")
    assert page.status_code == 200
    assert "The orchestrator does not answer" in page.text
    assert "Read it again" in page.text
