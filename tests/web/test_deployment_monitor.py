"""The page of a deployment in every state, without a browser: what it says first, who may do what, hostile text."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from app.api.paging import to_cursor
from app.storage import rollouts
from flows.stories.tending import Differs
from stackwright.access.accounts import Account
from stackwright.access.rights import Role
from stackwright.deployment.drift import Drift, DriftKind
from stackwright.runs.rollout import RolloutKind
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.deployed import GONE, STATES, Deployed
from tests.web.person import Person, signed_in
from tests.web.test_accounts import said
from tests.web.told import Told

pytestmark = pytest.mark.services

SENTENCES = {
    "queued": "about to begin",
    "making ready": "made ready",
    "safe": "waits for a yes",
    "replace": "waits for a yes",
    "data loss": "this plan loses data",
    "running": "It is under way.",
    "cancelling": "being cancelled",
    "done": "done",
    "taken back": "Release 3 was taken back by itself. Release 2 serves on.",
    "failed": "Release 3 failed and was not taken back",
    "refused": "Nothing was changed",
    "crashed": "The rollout broke off",
    "cancelled": "It was cancelled.",
}


@pytest.fixture
def told(world: World) -> Told:
    return Told(world.app)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STACKWRIGHT_HOST", str(tmp_path / "host"))
    return tmp_path / "host"


@pytest.fixture
async def ada(world: World) -> Account:
    return await world.account("ada@example.org", Role.OPERATOR)


@pytest.fixture
async def person(world: World, ada: Account) -> Person:
    return await signed_in(world, ada.email)


@pytest.fixture
async def shop(told: Told, ada: Account, host: Path) -> Deployed:
    return await Deployed.make(told, ada, host)


def sheets(page: str) -> list[str]:
    """The sheets of the page, in its order."""
    return re.findall(r'<section class="sheet" id="([\w-]+)"', page)


def buttons(page: str) -> list[str]:
    """What can be told to this deployment."""
    return re.findall(r'action="/deployments/[\w-]+/(?:rollouts/[\w-]+/)?(\w+)(?:/\d+)?"', page)


async def test_before_the_first_release_the_page_leads_on(
    told: Told, ada: Account, host: Path, person: Person
) -> None:
    empty = await Deployed.make(told, ada, host, generated=False)
    page = (await person.get(empty.path)).text
    assert "Generate the project first" in page
    assert sheets(page) == ["now"]
    assert buttons(page) == []
    ready = await Deployed.make(told, ada, host, "other")
    page = (await person.get(ready.path)).text
    assert "Plan a release of run 1" in page
    assert buttons(page) == ["plan"]


async def test_a_cloud_is_asked_for_an_image_and_can_be_rehearsed(
    told: Told, ada: Account, host: Path, person: Person
) -> None:
    place = {"target": "digitalocean", "region": "fra1", "credentials": "rehearsal"}
    far = await Deployed.make(told, ada, host, "far", generated=False, cloud=place)
    page = (await person.get(far.path)).text
    assert buttons(page) == ["plan", "rehearse"]
    assert "nobody can visit it" in page
    for image, why in (("", "none is named"), ("Shop", "Image: ")):
        refused = await person.post(f"{far.path}/plan", image=image)
        assert refused.status_code == 422
        assert why in refused.text
        assert f'value="{image}"' in refused.text
    named = "registry.example.com/shop:1"
    assert (await person.post(f"{far.path}/plan", image=named)).status_code in {200, 303}
    async with told.parts.storage.session() as session:
        started = await rollouts.active_of(session, far.stored.id)
    assert started
    assert (started.image, started.output) == (named, None)
    assert buttons((await person.get(far.path)).text) == ["cancel"]


@pytest.mark.parametrize("state", STATES)
async def test_every_state_is_told_without_believing_its_text(
    shop: Deployed, person: Person, state: str
) -> None:
    shop.well()
    shop.serves(lease_s=60)
    rollout = await shop.rolls(state)
    for path in (shop.path, f"{shop.path}/rollouts/{rollout.id}"):
        answer = await person.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert not re.search(r"<[^>]+ (?:style|onclick)=", answer.text)
    page = (await person.get(shop.path)).text
    assert SENTENCES[state] in page
    told = {
        "safe": {"approve", "cancel"},
        "replace": {"approve", "cancel"},
        "data loss": {"approve", "cancel"},
        "queued": {"cancel"},
        "making ready": {"cancel"},
        "running": {"cancel"},
        "cancelling": set(),
    }
    assert set(buttons(page)) == told.get(state, {"plan", "back"})
    assert page.count('name="csrf"') >= len(buttons(page))


async def test_what_needs_a_decision_comes_first(shop: Deployed, person: Person) -> None:
    shop.well()
    usual = ["now", "rollout", "load", "releases", "drift", "logs", "history"]
    await shop.rolls("done")
    assert sheets((await person.get(shop.path)).text) == usual
    await shop.rolls("safe")
    waits = sheets((await person.get(shop.path)).text)
    assert waits[:2] == ["rollout", "now"]
    shop.runs("backend.2", lives=False, crashes=3)
    ill = sheets((await person.get(shop.path)).text)
    assert ill[:3] == ["alerts", "rollout", "now"]


async def test_the_list_of_all_projects_tells_what_serves_and_what_happened_last(
    told: Told, ada: Account, host: Path, world: World, person: Person
) -> None:
    assert "No deployments yet" in (await person.get("/deployments")).text
    shop = await Deployed.make(told, ada, host)
    shop.well()
    await shop.rolls("failed")
    await Deployed.make(told, ada, host, "other")
    waits = await Deployed.make(told, ada, host, "third")
    last = await waits.rolls("safe")
    await Deployed.make(told, await world.account("eve@example.org"), host, "hers")
    page = (await person.get("/deployments")).text
    assert 'data-section="d" aria-current="page"' in page
    assert 'data-section="d" aria-current="true"' in (await person.get(shop.path)).text
    assert f'href="{waits.path}/rollouts/{last.id}"' in page
    assert "<script>alert" not in page
    listed = said(page)
    assert "release 2 serves shop, staging" in listed
    assert "1: failed" in listed
    assert "nothing deployed other, staging" in listed
    assert "waits for a yes third, staging" in listed
    assert "hers" not in listed
    assert "The list ends" in (await person.get(f"/deployments?cursor={_before(shop)}")).text


@pytest.mark.parametrize("state", ["safe", "running", "failed"])
async def test_who_may_not_roll_out_reads_all_and_is_offered_nothing(
    world: World, told: Told, host: Path, state: str
) -> None:
    bob = await world.account("bob@example.org")
    theirs = await Deployed.make(told, bob, host)
    theirs.well()
    await theirs.rolls(state)
    person = await signed_in(world, bob.email)
    page = (await person.get(theirs.path)).text
    assert buttons(page) == []
    assert "Rolling out is for operators and admins." in page
    assert (await person.post(f"{theirs.path}/plan")).status_code == 403
    stranger = await signed_in(world, (await world.account("eve@example.org")).email)
    for path in ("", "/live", "/drift", "/logs/shop-staging.proxy"):
        assert (await stranger.get(theirs.path + path)).status_code == 404, path


async def test_a_plan_shows_what_it_changes_and_what_is_lost(
    shop: Deployed, person: Person
) -> None:
    rollout = await shop.rolls("data loss")
    page = (await person.get(shop.path)).text
    assert f'name="digest" value="{rollout.digest}"' in page
    assert "Type “shop”: this plan loses data" in page
    assert "data loss</" in page
    assert "with all that it holds." in page
    assert "title, body →" in page
    assert "One of it" in page  # the finding
    assert "A failure is not taken back by itself" in page
    refused = await person.post(f"{shop.path}/rollouts/{rollout.id}/approve", digest="0" * 64)
    assert refused.status_code == 409
    assert "The plan has changed since it was read." in refused.text


async def test_a_form_without_its_token_does_nothing(
    shop: Deployed, person: Person, world: World
) -> None:
    rollout = await shop.rolls("queued")
    cancel = f"{shop.path}/rollouts/{rollout.id}/cancel"
    person.csrf = "wrong"
    assert (await person.post(cancel)).status_code == 403
    await person.get(shop.path)
    answer = await person.post(cancel)
    assert answer.status_code == 303
    assert answer.headers["Location"] == shop.path
    assert "It was cancelled." in (await person.get(shop.path)).text


async def test_without_script_every_piece_is_a_page(shop: Deployed, person: Person) -> None:
    shop.well()
    await shop.rolls("done")
    for piece in ("/live", "/drift", f"/logs/{shop.site.proxy}"):
        whole = await person.get(shop.path + piece)
        part = await person.get(shop.path + piece, PIECE)
        assert whole.status_code == part.status_code == 200, piece
        assert "<html" in whole.text
        assert "<html" not in part.text
        assert "<script>alert" not in whole.text
    assert "It says" in (await person.get(f"{shop.path}/logs/{shop.site.proxy}")).text


async def test_what_the_next_release_would_bring_is_said(
    shop: Deployed, person: Person, told: Told
) -> None:
    shop.well()
    await shop.rolls("done", output=uuid4())
    assert "Since this release run 1 has published." in (await person.get(shop.path)).text
    other = shop.stored.config.model_copy(update={"name": "older"})
    await shop.rolls("done", config=other)
    assert "Since this release the choices were changed." in (await person.get(shop.path)).text
    await shop.rolls("failed")
    assert "the choices were changed" in (await person.get(shop.path)).text
    await shop.rolls("done", kind=RolloutKind.ROLLBACK, restores=1)
    assert "Since this release" not in (await person.get(shop.path)).text


async def test_what_is_not_well_is_said_with_what_to_do(
    shop: Deployed, person: Person, world: World
) -> None:
    shop.serves(lease_s=1800)
    shop.runs("proxy", "pages.2")
    shop.runs("backend.2", lives=False, crashes=4)
    await shop.rolls("failed")
    visitor = world.visitor()
    await visitor.log_in("ada@example.org")
    place = f"/deployments/{shop.stored.id}"
    status = (await visitor("GET", f"{place}/status")).json()
    assert [(one["kind"], one["level"]) for one in status["alerts"]] == [
        ("no_answer", "error"),
        ("failed", "error"),
        ("no_host", "warning"),
        ("locked", "warning"),
    ]
    page = (await person.get(shop.path)).text
    assert "Release 2 does not answer" in page
    assert "it crashed 4 times in a row." in page
    assert "It is being changed for 30 minutes" in page


async def test_drift_that_was_found_is_said_until_somebody_finds_none(
    shop: Deployed, person: Person, told: Told
) -> None:
    shop.well()
    assert "It is not as it was deployed" not in (await person.get(shop.path)).text
    found = Drift(kind=DriftKind.CHANGED, address="route", path="port", was=1, found=2)
    told.hub.drifts.note(_differs(shop, 2, found, GONE))
    page = (await person.get(shop.path)).text
    assert "It is not as it was deployed" in page
    assert "route: port was 1 and is 2. And 1 more." in page
    told.hub.drifts.note(_differs(shop, 1, found))  # of another release than the one that serves
    assert "It is not as it was deployed" not in (await person.get(shop.path)).text


async def test_metrics_are_drawn_and_handed_out(
    shop: Deployed, person: Person, world: World
) -> None:
    shop.well(["proxy", "backend.2"])
    await person.get(shop.path)
    world.clock.passes(seconds=5)
    page = (await person.get(shop.path)).text
    assert len(re.findall(r'role="img" aria-label="(?:Processor|Memory): now [\d.]+ ', page)) == 4
    visitor = world.visitor()
    await visitor.log_in("ada@example.org")
    answer = (await visitor("GET", f"/deployments/{shop.stored.id}/metrics")).json()
    assert answer["every_s"] == 5
    assert [one["name"] for one in answer["programs"]] == [
        "shop-staging.backend.2",
        "shop-staging.proxy",
    ]
    points = answer["programs"][0]["points"]
    assert len(points) == 2
    assert points[0]["processor_percent"] is None
    assert points[1]["memory_mib"] > 0


def _before(shop: Deployed) -> str:
    """Where a list ends that begins behind the first deployment there ever was."""
    return to_cursor(shop.stored.made_at - timedelta(days=1), shop.stored.id)


def _differs(shop: Deployed, release: int, *drifts: Drift) -> Differs:
    return Differs(site=shop.site.name, release=release, drifts=drifts)
