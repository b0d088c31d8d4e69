"""The choices of a deployment, without script: made from the model, kept as typed, checked, billed, saved, in words."""

import html
import re
from typing import Any

import pytest

from app.api.deployments import draft_of
from app.storage.deployments import Stored
from app.web.deployment_form import ROWS, put, steps, typed, value_at, wanted
from stackwright.deployment.config import PAGES, Deployment
from stackwright.deployment.unused import TARGETS
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in

pytestmark = pytest.mark.services

MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"
FULL = {
    "name": "shop",
    "cloud": {"target": "aws", "region": "eu-central-1", "credentials": "aws-shop"},
    "setting": {
        "environment": "production",
        "variables": {"MAIL_FROM": " shop@example.com"},
        "secrets": {"PAYMENT_KEY": {"store": "shop/payment", "version": "3"}},
    },
    "address": {
        "domain": "shop.example.com",
        "aliases": ["www.example.com"],
        "firewall": {"rules": [{"port": 8443, "sources": ["10.0.0.0/8"], "why": "the office"}]},
    },
    "scaling": {"minimum": 2},
    "watching": {"mails": ["ops@example.com"], "webhook": {"store": "shop/hook"}},
    "review": {"budget_usd_per_month": 500.5, "tags": {"team": "shop"}},
}


def said(text: str) -> str:
    """What people read of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


class Desk:
    """Somebody in front of a deployment."""

    def __init__(self, world: World, person: Person, project: str) -> None:
        self.world, self.person, self.project = world, person, project
        self.root = ""

    async def make(self, name: str = "shop", target: str = "local", **more: str) -> str:
        answer = await self.person.post(
            f"/projects/{self.project}/deployments/new",
            None,
            **{"name": name, "target": target, "environment": "staging", **more},
        )
        assert answer.status_code == 303, said(answer.text)
        self.root = answer.headers["location"].rpartition("/")[0]
        return str(answer.headers["location"])

    async def put(self, config: Any) -> None:
        answer = await self.person.http.put(
            f"/api/v1{self.root.removesuffix('/configuration')}",
            json=config,
            headers={"X-CSRF-Token": self.person.csrf},
        )
        assert answer.status_code == 200, answer.text

    async def look(self, slug: str) -> str:
        answer = await self.person.get(f"{self.root}/{slug}")
        assert answer.status_code == 200, said(answer.text)
        return answer.text

    async def press(self, slug: str, act: str, **changed: str | None) -> str:
        """Press a button of a page, with what stands in its fields; where that leads."""
        fields = {**filled(await self.look(slug)), **changed}
        given = {name: value for name, value in fields.items() if value is not None}
        answer = await self.person.post(f"{self.root}/{slug}", None, act=act, **given)
        assert answer.status_code == 303, said(answer.text)
        return str(answer.headers["location"])

    async def stored(self) -> Stored:
        address = f"/api/v1{self.root.removesuffix('/configuration')}"
        return Stored.model_validate((await self.person.http.get(address)).json())

    async def has_draft(self) -> bool:
        page = draft_of((await self.stored()).id)
        answer = await self.person.http.get(f"/api/v1/projects/{self.project}/drafts/{page}")
        return answer.status_code == 200


def filled(page: str) -> dict[str, str]:
    """What the fields of the page hold, as a browser would send them."""
    form = page[page.index('id="wizard"') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        its = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_off = its.get("type") in ("checkbox", "radio") and " checked" not in tag
        if "name" in its and its["name"] != "csrf" and not is_off:
            found[its["name"]] = html.unescape(its.get("value", "on"))
    for name, inner in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = html.unescape(inner)
    for name, inner in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        found[name] = re.findall(r'value="([^"]*)" selected', inner)[0]
    return found


@pytest.fixture
async def desk(world: World) -> Desk:
    await world.account("ann@example.org")
    person = await signed_in(world, "ann@example.org")
    await person.get("/projects/new")
    made = await person.http.post(
        "/api/v1/projects",
        json={"name": "<i>Tags</i>", "model": {"text": MODEL}},
        headers={"X-CSRF-Token": person.csrf},
    )
    return Desk(world, person, made.json()["id"])


def test_every_choice_of_the_model_is_asked_once_and_comes_back_as_it_was() -> None:
    assert len(steps()) == len(PAGES) == 8
    asked = [blank.path for step in steps() for blank in step.blanks]
    assert len(asked) == len({*asked}) > 60
    for config in (Deployment(name="shop"), Deployment.model_validate(FULL)):
        made, _ = wanted(typed(config))
        assert Deployment.model_validate(made) == config


def test_what_a_target_does_not_use_is_asked_somewhere() -> None:
    asked = {blank.path for step in steps() for blank in step.blanks}
    for its in TARGETS.values():
        for path in its:
            assert any(one == path or one.startswith(f"{path}.") for one in asked), path


def test_rows_without_anything_in_them_are_passed_over() -> None:
    raw = typed(Deployment(name="shop"))
    for step in steps():
        for blank in step.blanks:
            if blank.kind == ROWS:
                put(raw, blank.path, [*value_at(raw, blank.path), blank.row, blank.row])
    assert Deployment.model_validate(wanted(raw)[0]) == Deployment(name="shop")


async def test_a_deployment_is_begun_listed_and_forgotten(desk: Desk) -> None:
    place = f"/projects/{desk.project}"
    assert f'href="{place}/deployments"' in (await desk.person.get(place)).text
    assert "No deployments yet" in (await desk.person.get(f"{place}/deployments")).text
    await desk.person.get(f"{place}/deployments/new")
    wrong = await desk.person.post(f"{place}/deployments/new", None, name="My <Shop>")
    assert wrong.status_code == 422
    assert "Name:" in said(wrong.text)
    first = await desk.make()
    assert first.endswith("/configuration/cloud?done=made")
    taken = await desk.person.post(
        f"{place}/deployments/new", None, name="shop", target="local", environment="staging"
    )
    assert taken.status_code == 409
    assert (
        "The project has another deployment called shop." in said(taken.text)
        or "taken" in taken.text
    )
    listed = said((await desk.person.get(f"{place}/deployments")).text)
    assert "shop, staging can be planned This machine –" in listed
    address = desk.root.removesuffix("/configuration")
    assert (await desk.person.get(f"{address}/remove")).status_code == 200
    gone = await desk.person.post(f"{address}/remove")
    assert gone.headers["location"] == f"{place}/deployments"
    assert (await desk.person.get(f"{desk.root}/cloud")).status_code == 404


async def test_every_page_works_from_its_address_and_holds_what_was_saved(desk: Desk) -> None:
    await desk.make()
    await desk.put(FULL)
    began = await desk.person.get(desk.root)
    assert began.headers["location"] == f"{desk.root}/cloud"
    for step in steps():
        page = await desk.look(step.slug)
        assert "<i>Tags</i>" not in page
        assert f'id="step-{step.slug}" aria-current="step"' in page
        assert "The bill" in page
        await desk.press(step.slug, "update")
    assert not await desk.has_draft()  # nothing was changed on the way
    assert (await desk.person.get(f"{desk.root}/elsewhere")).status_code == 404


async def test_what_is_typed_survives_and_is_put_right_where_it_is_wrong(desk: Desk) -> None:
    await desk.make()
    there = await desk.press(
        "cloud", "go:environment", **{"cloud.target": "aws", "cloud.region": "eu central"}
    )
    assert there == f"{desk.root}/environment"
    page = await desk.look("cloud")
    assert filled(page)["cloud.region"] == "eu central"
    assert "“eu central” is not possible here." in said(page)
    assert 'href="#field-cloud.region"' in page
    assert re.search(r'id="field-cloud.region"[^>]*aria-invalid="true"', page)
    assert "not saved, kept as a draft" in page
    assert "With the saved values where what is typed is not possible." in said(page)
    assert (await desk.press("cloud", "save")) == f"{desk.root}/cloud"  # it is not possible
    assert (await desk.stored()).revision == 1
    await desk.press("cloud", "update", **{"cloud.region": "eu-central-1"})
    page = await desk.look("cloud")
    assert "Nothing says with which credentials aws is reached." in said(page)
    assert re.search(r"A month, about\s*[\d.]+", said(page))
    assert re.search(r"Against what is saved\s*\+[\d.]+", said(page))
    assert (await desk.press("cloud", "save")).endswith("?done=saved")
    assert (await desk.stored()).config.cloud.region == "eu-central-1"
    assert not await desk.has_draft()


async def test_rows_are_added_filled_and_removed(desk: Desk) -> None:
    await desk.make()
    there = await desk.press("environment", "add:setting.variables")
    assert there.endswith("?at=setting.variables.0")
    page = (await desk.person.get(there)).text
    assert re.search(r'name="setting.variables.0.name"[^>]*autofocus', page)
    await desk.press(
        "environment",
        "add:setting.variables",
        **{"setting.variables.0.name": "API_TOKEN", "setting.variables.0.value": "x"},
    )
    page = await desk.look("environment")
    assert 'href="#field-setting.variables.0.name"' in page  # it looks like a secret
    await desk.press(
        "environment",
        "update",
        **{"setting.variables.1.name": "API_TOKEN", "setting.variables.1.value": "y"},
    )
    assert "API_TOKEN stands here twice." in said(await desk.look("environment"))
    await desk.press("environment", "remove:setting.variables.0")
    await desk.press("environment", "update", **{"setting.variables.0.name": "LEVEL"})
    assert (await desk.press("environment", "save")).endswith("?done=saved")
    assert (await desk.stored()).config.setting.variables == {"LEVEL": "y"}


async def test_what_a_target_does_not_use_says_why(desk: Desk) -> None:
    await desk.make()
    page = said(await desk.look("database"))
    assert "10 more are not used." in page
    assert "On this machine the deployment gets a PostgreSQL of its own" in page
    assert "Not used. On this machine it is reached" in said(await desk.look("domain-and-tls"))
    await desk.put(FULL)
    assert "are not used" not in said(await desk.look("database"))
    assert "The certificate is not your own." in said(await desk.look("domain-and-tls"))


async def test_the_last_page_says_everything_in_words_and_leads_to_what_is_wrong(
    desk: Desk,
) -> None:
    await desk.make()
    await desk.put(FULL)
    page = said(await desk.look("review"))
    for sentence in (
        "shop runs on Amazon Web Services in eu-central-1.",
        "The product is told 1 variable (MAIL_FROM).",
        "Port 8443 is open to 10.0.0.0/8: the office.",
        "told to ops@example.com and a webhook.",
        "A plan above 500.50 USD a month is refused.",
    ):
        assert sentence in page
    await desk.press("database", "go:review", **{"database.public": "yes"})
    page = await desk.look("review")
    assert f'href="{desk.root}/database#field-database.public"' in page
    assert "It can be reached from the internet." in said(page)


async def test_somebody_who_was_quicker_is_not_overwritten_unseen(desk: Desk) -> None:
    await desk.make()
    await desk.press("scaling-and-performance", "update", **{"scaling.drain_s": "45"})
    await desk.put({"name": "shop", "scaling": {"drain_s": 60}})
    page = await desk.look("scaling-and-performance")
    assert "The saved choices were changed since" in said(page)
    assert (await desk.press("scaling-and-performance", "save")).endswith("performance")
    assert (await desk.stored()).config.scaling.drain_s == 60
    await desk.press("scaling-and-performance", "mine")
    assert (await desk.press("scaling-and-performance", "save")).endswith("?done=saved")
    assert (await desk.stored()).config.scaling.drain_s == 45
    await desk.press("scaling-and-performance", "update", **{"scaling.drain_s": "50"})
    await desk.press("scaling-and-performance", "discard")
    assert filled(await desk.look("scaling-and-performance"))["scaling.drain_s"] == "45"


async def test_an_answer_in_place_changes_what_is_said_and_no_field(desk: Desk) -> None:
    await desk.make()
    fields = {**filled(await desk.look("database")), "database.engine": "mysql"}
    answer = await desk.person.post(f"{desk.root}/database/check", PIECE, **fields)
    assert answer.status_code == 200
    assert "The local target brings PostgreSQL, not mysql." in said(answer.text)
    assert "<input" not in answer.text
    targets = re.findall(r'hx-target="#([^"]+)"', answer.text)
    page = await desk.look("database")
    assert all(f'id="{one}"' in page for one in targets)
    assert {"bill-body", "found", "order", "wizard-steps", "told-database-engine"} <= {*targets}


async def test_what_belongs_to_others_does_not_exist(desk: Desk) -> None:
    await desk.make()
    await desk.world.account("bob@example.org")
    bob = await signed_in(desk.world, "bob@example.org")
    for path in ("", "/cloud", "/review"):
        assert (await bob.get(desk.root + path)).status_code == 404
    assert (await bob.get(f"/projects/{desk.project}/deployments")).status_code == 404
    assert (await bob.post(f"{desk.root}/cloud", None, act="save")).status_code == 404
