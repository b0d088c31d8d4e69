"""Choosing what to generate, without script: the bill, gaps, drafts, saving, ordering, and every file of the plan."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from app.storage import runs
from stackwright.generation.config import Config
from stackwright.generation.request import StepTime
from stackwright.runs.record import Outcome
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in

pytestmark = pytest.mark.services

SHOP = """\
stackwright: 1
name: shop
entities:
  Customer:
    fields: {name: {type: string, required: true}}
  Order:
    label: "<b>Order</b> & more"
    fields: {note: {type: text}}
    relations:
      customer: {kind: many_to_one, target: Customer, required: true}
  Refund:
    fields: {reason: {type: string}}
    relations:
      order: {kind: many_to_one, target: Order, required: true}
  Tag:
    fields: {name: {type: string}}
"""
WHOLE = ["Customer", "Order", "Refund", "Tag"]
Fields = Mapping[str, str | list[str]]


def said(text: str) -> str:
    """What people read of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


class Desk:
    """Somebody in front of the choices of one project."""

    def __init__(self, world: World, person: Person, project: str) -> None:
        self.world, self.person, self.project = world, person, project
        self.address = f"/projects/{project}/configuration"
        self.token, self.base, self.seen = "", "", ""

    async def look(self, query: str = "") -> str:
        answer = await self.person.get(self.address + query)
        assert answer.status_code == 200, said(answer.text)
        self.token = re.findall(r'name="token" value="(\w+)"', answer.text)[0]
        self.base = re.findall(r'name="base" value="(\d+)"', answer.text)[0]
        self.seen = re.findall(r'name="seen" value="([^"]*)"', answer.text)[0]
        return answer.text

    def fields(self, act: str, entities: Sequence[str], **changed: Any) -> dict[str, Any]:
        fields = {
            "csrf": self.person.csrf,
            "act": act,
            "token": self.token,
            "base": self.base,
            "seen": self.seen,
            "has_entities": "yes",
            "entity": list(entities),
            "platforms": ["backend", "frontend"],
            "style": "minimal",
            "database": "sqlite",
            "tests": "yes",
        }
        return {name: value for name, value in {**fields, **changed}.items() if value is not None}

    async def press(self, act: str, entities: Sequence[str] = WHOLE, **changed: Any) -> str:
        """Press a button; where that leads."""
        answer = await self.person.http.post(
            self.address, data=self.fields(act, entities, **changed)
        )
        assert answer.status_code == 303, said(answer.text)
        return answer.headers["location"]

    async def draft(self) -> Mapping[str, Any]:
        answer = await self.person.http.get(f"/api/v1/projects/{self.project}/drafts/configuration")
        return answer.json()["content"] if answer.status_code == 200 else {}

    async def config(self) -> Config:
        answer = await self.person.http.get(f"/api/v1/projects/{self.project}/configuration")
        return Config.model_validate(answer.json())

    async def runs(self) -> list[dict[str, Any]]:
        answer = await self.person.http.get(f"/api/v1/runs?project={self.project}")
        found: list[dict[str, Any]] = answer.json()["runs"]
        return found


async def desk_of(world: World, email: str = "ann@example.org", model: str = SHOP) -> Desk:
    await world.account(email)
    person = await signed_in(world, email)
    body: dict[str, Any] = {"name": "<i>Shop</i>"}
    if model:
        body["model"] = {"text": model}
    made = await person.http.post(
        "/api/v1/projects", json=body, headers={"X-CSRF-Token": person.csrf}
    )
    assert made.status_code == 201, made.text
    desk = Desk(world, person, made.json()["id"])
    await desk.look()
    return desk


@pytest.fixture
async def desk(world: World) -> Desk:
    return await desk_of(world)


async def test_the_page_shows_choices_and_bill_and_escapes_what_others_wrote(desk: Desk) -> None:
    shown = await desk.look()
    words = said(shown)
    assert "4 of 4 chosen" in words
    assert "no run has ended here yet" in words
    assert re.search(r"\d+ files saved", words)
    assert "<i>Shop" not in shown
    assert "<b>Order</b> &amp; more" not in shown
    assert "needs Customer needed by Refund" in words
    assert 'value="generate"' in shown
    assert 'value="generate" disabled' not in shown


async def test_a_project_without_a_model_says_what_is_missing(world: World) -> None:
    desk = await desk_of(world, model="")
    words = said(await desk.look())
    assert "The model has no saved version yet. Open the model" in words
    assert 'value="generate" disabled' in await desk.look()
    assert await desk.press("generate", entity=None, has_entities=None) == desk.address
    assert await desk.runs() == []
    plan = await desk.person.get(f"{desk.address}/plan")
    assert plan.status_code == 409
    assert "There is nothing to plan yet." in said(plan.text)


async def test_gaps_are_said_and_one_button_adds_all_that_is_missing(desk: Desk) -> None:
    assert await desk.press("update", ["Refund"]) == desk.address
    shown = await desk.look()
    words = said(shown)
    assert "2 missing Customer: Order needs it. Order: Refund needs it." in words
    assert "Counted as if nothing were missing." in words
    assert 'value="generate" disabled' in shown
    assert await desk.press("generate", ["Refund"]) == desk.address
    assert await desk.runs() == []
    await desk.press("add", ["Refund"])
    assert (await desk.draft())["entities"] == ["Customer", "Order", "Refund"]
    words = said(await desk.look())
    assert "missing" not in words
    assert "3 of 4 chosen" in words


async def test_all_and_none_mean_what_the_filter_shows(desk: Desk) -> None:
    assert await desk.press("none", WHOLE, find="tag") == f"{desk.address}?find=tag"
    assert (await desk.draft())["entities"] == ["Customer", "Order", "Refund"]
    shown = await desk.look("?find=tag")
    assert len(re.findall('<li class="one" hidden', shown)) == 3
    await desk.press("all", ["Customer", "Order", "Refund"], find="tag")
    assert (await desk.draft())["entities"] is None
    await desk.press("none", WHOLE)
    words = said(await desk.look())
    assert "Choose at least one entity." in words
    await desk.press("update", WHOLE, platforms=None)
    assert "Choose at least one platform." in said(await desk.look())


async def test_a_change_is_kept_shown_after_a_refresh_and_thrown_away(desk: Desk) -> None:
    await desk.press("update", docker="yes")
    shown = await desk.look()
    assert "not saved, kept as a draft" in said(shown)
    assert re.search(r'value="minimal" [^>]*checked', shown)
    assert (await desk.config()).style == "standard"
    await desk.press("discard")
    shown = await desk.look()
    assert re.search(r'value="standard" [^>]*checked', shown)
    assert await desk.draft() == {}


async def test_saving_stores_the_choices_and_says_so(desk: Desk) -> None:
    assert await desk.press("save", WHOLE) == f"{desk.address}?done=saved"
    assert "The configuration was saved." in said(await desk.look("?done=saved"))
    saved = await desk.config()
    assert (saved.style, saved.entities, saved.tests, saved.docs) == ("minimal", None, True, False)
    assert await desk.draft() == {}
    assert re.search(r'value="minimal" [^>]*checked', await desk.look())


async def test_a_conflict_shows_both_and_lets_one_go_on(desk: Desk) -> None:
    await desk.person.http.put(
        f"/api/v1/projects/{desk.project}/configuration",
        json={"style": "enterprise"},
        headers={"X-CSRF-Token": desk.person.csrf},
    )
    for act in ("save", "generate"):
        assert await desk.press(act) == desk.address
    assert await desk.runs() == []
    words = said(await desk.look())
    assert "The saved configuration was changed since" in words
    assert "Code style Minimal Enterprise" in words
    assert (await desk.config()).style == "enterprise"
    await desk.press("mine")
    await desk.look()
    await desk.press("save")
    assert (await desk.config()).style == "minimal"


async def test_one_form_starts_one_run_however_often_it_is_sent(desk: Desk) -> None:
    first = await desk.press("generate", verify="yes")
    second = await desk.press("generate", verify="yes")
    started = await desk.runs()
    assert [first, second] == [f"/runs/{started[0]['id']}"] * 2
    assert len(started) == 1
    assert (started[0]["verify"], started[0]["config"]["style"]) == (True, "minimal")
    assert (await desk.config()).style == "minimal"
    assert re.search(r'name="verify"[^>]* checked', await desk.look())
    await desk.press("generate", style="standard")
    assert len(await desk.runs()) == 2


async def test_the_answer_to_a_change_is_the_bill_and_never_the_choices(desk: Desk) -> None:
    fields = desk.fields("update", ["Order"])
    answer = await desk.person.http.post(f"{desk.address}/bill", data=fields, headers=PIECE)
    assert answer.status_code == 200
    assert "1 missing" in said(answer.text)
    assert 'type="checkbox"' not in answer.text
    assert (await desk.draft())["entities"] == ["Order"]
    whole = await desk.person.http.post(f"{desk.address}/bill", data=fields)
    assert "<!doctype html>" in whole.text


async def test_the_time_comes_from_runs_that_ended_with_its_spread(desk: Desk) -> None:
    await desk.press("generate")
    started = (await desk.runs())[0]
    steps = {"read": 0.2, "plan": 0.3, "render": 2.0, "write": 0.5, "publish": 1.0, "verify": 60.0}
    async with desk.world.parts.storage.session() as session:
        outcome = Outcome(
            files=100,
            steps=tuple(StepTime(name=name, seconds=seconds) for name, seconds in steps.items()),
        )
        await runs.change(
            session,
            UUID(started["id"]),
            was=RunState.QUEUED,
            state=RunState.DONE.value,
            outcome=outcome,
        )
    words = said(await desk.look())
    assert "from 1 run of this project" in words
    await desk.press("update", verify="yes")
    assert "That takes about 1.0 min, from 1 run." in said(await desk.look())
    other = await desk_of(desk.world, "bob@example.org")
    assert "from 1 run of this installation" in said(await other.look())


async def test_an_unsaved_model_and_entities_that_are_gone_are_said(desk: Desk) -> None:
    await desk.press("save", ["Tag"])
    csrf = {"X-CSRF-Token": desk.person.csrf}
    draft = f"/api/v1/projects/{desk.project}/drafts/model"
    await desk.person.http.put(draft, json={"text": SHOP + "# more\n"}, headers=csrf)
    assert "The model has changes that are not saved" in said(await desk.look())
    models = f"/api/v1/projects/{desk.project}/models"
    other = {"text": SHOP.replace("Tag", "Badge")}
    assert (await desk.person.http.post(models, json=other, headers=csrf)).status_code == 201
    words = said(await desk.look())
    assert "Not in the model any more: Tag" in words
    assert "Choose at least one entity." in words


async def test_the_plan_is_a_tree_of_folders_that_are_fetched_and_files_that_can_be_read(
    desk: Desk,
) -> None:
    plan = await desk.person.get(f"{desk.address}/plan")
    assert plan.status_code == 200
    assert f"{desk.address}/plan/folder?path=backend" in html.unescape(plan.text)
    folder = await desk.person.get(f"{desk.address}/plan/folder?path=backend%2Fapp", PIECE)
    assert "<!doctype" not in folder.text
    assert "main.py" in folder.text
    found = await desk.person.get(f"{desk.address}/plan?find=backend/app/main.py")
    assert "1 of" in said(found.text)
    link = html.unescape(re.findall(r'href="([^"]+/plan/file[^"]+)"', found.text)[0])
    file = await desk.person.get(link)
    assert "FastAPI" in file.text
    for path in ("plan/file?path=../../etc/passwd", "plan/folder?path=nowhere"):
        assert (await desk.person.get(f"{desk.address}/{path}")).status_code == 404


async def test_what_belongs_to_others_is_not_there(desk: Desk) -> None:
    await desk.world.account("eve@example.org")
    eve = await signed_in(desk.world, "eve@example.org")
    for path in ("", "/plan", "/plan/folder?path=backend", "/plan/file?path=README.md"):
        assert (await eve.get(desk.address + path)).status_code == 404
    for path in ("", "/bill"):
        fields = desk.fields("save", WHOLE) | {"csrf": eve.csrf}
        assert (await eve.http.post(desk.address + path, data=fields)).status_code == 404
    assert await desk.draft() == {}


async def test_a_draft_that_nobody_understands_is_passed_over(desk: Desk) -> None:
    draft = f"/api/v1/projects/{desk.project}/drafts/configuration"
    for content in ({"style": "baroque"}, {"base": "x"}, {"entities": 7}):
        csrf = {"X-CSRF-Token": desk.person.csrf}
        assert (await desk.person.http.put(draft, json=content, headers=csrf)).status_code == 200
        assert re.search(r'value="standard" [^>]*checked', await desk.look())
    answer = await desk.person.http.post(desk.address, data=desk.fields("save", WHOLE, style="x"))
    assert answer.status_code == 422
