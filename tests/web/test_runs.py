"""All runs of somebody, and the page of one project; without a browser."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from app.storage import drafts
from stackwright.access.accounts import Account
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in
from tests.web.test_accounts import said
from tests.web.told import HOSTILE, Told, outcome

pytestmark = pytest.mark.services

S = RunState


@pytest.fixture
def told(world: World) -> Told:
    return Told(world.app)


@pytest.fixture
async def ada(world: World) -> Account:
    return await world.account("ada@example.org")


@pytest.fixture
async def person(world: World, ada: Account) -> Person:
    return await signed_in(world, ada.email)


def listed(page: str) -> list[str]:
    """The runs of the table, in its order."""
    return re.findall(r'<td[^>]*><a href="/runs/[\w-]+">([^<]+)</a>', page)


async def test_without_runs_the_page_leads_on(person: Person) -> None:
    page = await person.get("/runs")
    assert "No run yet" in page.text
    assert 'href="/projects"' in page.text
    assert "<table>" not in page.text.replace('class="key-list"', "")


async def test_runs_stand_newest_first_with_what_came_of_them(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    one, other = await told.project(ada), await told.project(ada, "Clinic")
    await told.run(one, state=S.DONE, outcome=outcome())
    world.clock.passes(minutes=1)
    await told.run(other, state=S.FAILED, outcome=outcome(files=0))
    world.clock.passes(minutes=1)
    await told.run(one)
    page = (await person.get("/runs")).text
    assert listed(page) == ["Bookshop, run 2", "Clinic, run 1", "Bookshop, run 1"]
    assert "Bookshop, run 1 done 2026-03-01 12:00 45 s 214 9 of 9 2" in said(page)
    assert "Bookshop, run 2 queued 2026-03-01 12:02 – – – –" in said(page)
    assert "Done 50% of 2 that ended by themselves" in said(page)
    assert "Nine of ten within – tells from 10 runs on" in said(page)
    assert 'aria-label="The last 14 days: 1 done, 1 not done. At most 2 a day."' in page
    assert 'aria-current="page">Runs' in page


async def test_the_address_holds_state_project_and_page(
    world: World, told: Told, ada: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.runs.SIZE", 2)
    one, other = await told.project(ada), await told.project(ada, "Clinic")
    for project in (one, other, one, one):
        world.clock.passes(minutes=1)
        await told.run(project, state=S.DONE, outcome=outcome())
    world.clock.passes(minutes=1)
    await told.run(other, state=S.CRASHED)
    assert listed((await person.get("/runs?state=failed")).text) == ["Clinic, run 2"]
    chosen = (await person.get(f"/runs?state=done&project={one.id}")).text
    assert listed(chosen) == ["Bookshop, run 3", "Bookshop, run 2"]
    assert f'<option value="{one.id}" selected>Bookshop</option>' in chosen
    assert f'href="/runs?state=failed&amp;project={one.id}#all"' in chosen
    following = re.search(r'rel="next" href="([^"]+)"', chosen)
    assert following
    last = (await person.get(following[1].replace("&amp;", "&"))).text
    assert listed(last) == ["Bookshop, run 1"]
    assert f'rel="prev" href="/runs?state=done&amp;project={one.id}#all"' in last
    assert "No run is like that." in (await person.get("/runs?state=cancelled")).text
    for odd in ("?state=odd", "?project=odd", f"?project={uuid4()}"):
        assert (await person.get(f"/runs{odd}")).status_code == 200


async def test_the_runs_of_others_are_not_listed(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    await told.run(await told.project(ada))
    await world.account("eve@example.org")
    eve = await signed_in(world, "eve@example.org")
    assert listed((await eve.get("/runs")).text) == []


async def test_a_project_shows_its_model_choices_runs_and_only_what_leads_somewhere(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    await told.history(project, 3)
    page = (await person.get(f"/projects/{project.id}")).text
    read = said(page)
    assert "<h1>Bookshop</h1>" in page
    assert "Model version 1: Tags" in read
    assert "Choices backend and frontend, standard, postgresql" in read
    assert sorted(listed(page)) == ["run 1", "run 2", "run 3"]
    assert "Done 100% of 3" in read
    assert "Generate again" in read
    assert f'href="/runs?project={project.id}"' in page
    for name, path in (("Edit the model", "model"), ("Choose what", "configuration")):
        exists = f"/projects/{{}}/{path}" in world.app.state.page_paths
        assert (name in read) is exists
    async with told.parts.storage.session() as session:
        now = told.parts.now()
        await drafts.keep(session, project.id, ada.id, "model", {"text": HOSTILE}, now)
    page = (await person.get(f"/projects/{project.id}")).text
    assert "You changed its model at 2026-03-01 12:00 UTC and have not saved it." in said(page)


async def test_a_run_is_started_from_the_page_of_its_project(
    told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    page = await person.get(f"/projects/{project.id}")
    assert "No run yet" in page.text
    started = await person.post(f"/projects/{project.id}/runs")
    assert started.status_code == 303
    assert re.fullmatch(r"/runs/[\w-]{36}", started.headers["Location"])
    again = await person.post(f"/projects/{project.id}/runs", {**PIECE, "HX-Request": "true"})
    assert again.headers["HX-Redirect"].startswith("/runs/")


async def test_a_project_is_renamed_and_a_name_that_is_none_comes_back(
    told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    await person.get(f"/projects/{project.id}")
    wrong = await person.post(f"/projects/{project.id}/name", name=" ")
    assert wrong.status_code == 422
    assert 'href="#field-name"' in wrong.text
    right = await person.post(f"/projects/{project.id}/name", name=HOSTILE)
    assert right.status_code == 303
    page = (await person.get(f"/projects/{project.id}")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_a_project_is_removed_after_a_question_and_not_while_it_is_at_work(
    told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    run = await told.run(project)
    question = await person.get(f"/projects/{project.id}/remove")
    assert (
        "1 version of its model, 1 run with all that was published, and all drafts are forgotten."
        in said(question.text)
    )
    busy = await person.post(f"/projects/{project.id}/remove")
    assert busy.status_code == 409
    assert "A run of this project is going on. Cancel it, or wait until it ends." in said(busy.text)
    await told.change(run, state=S.CANCELLED, ended_at=told.parts.now() + timedelta(seconds=1))
    gone = await person.post(f"/projects/{project.id}/remove")
    assert gone.status_code == 303
    assert (await person.get(f"/projects/{project.id}")).status_code == 404
    assert (await person.get(f"/runs/{run.id}")).status_code == 404


async def test_the_projects_of_others_do_not_exist(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    await world.account("eve@example.org")
    eve = await signed_in(world, "eve@example.org")
    await eve.get("/")
    for path in ("", "/remove"):
        assert (await eve.get(f"/projects/{project.id}{path}")).status_code == 404
    for path in ("/name", "/remove", "/runs"):
        answer = await eve.post(f"/projects/{project.id}{path}", name="Mine")
        assert answer.status_code == 404, path
