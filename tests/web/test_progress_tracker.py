"""The page of a run, in every state, and the socket that keeps it up to date; without a browser."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.storage import runs
from app.web.run_picture import Picture
from stackwright.access.accounts import Account
from stackwright.access.rights import Role
from stackwright.generation.progress import MessageKind
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in
from tests.web.test_accounts import said
from tests.web.told import FINDING, HOSTILE, LogLine, Told, message, outcome, to_the_end, under_way
from tests.web.wire import wire

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


def offered(page: str) -> list[str]:
    """What can be done, in the order of the page."""
    found = re.findall(r'data-steer="(\w+)"([^>]*)>', page)
    return [name for name, rest in found if not re.search(r"\bhidden\b", rest)]


def shape(page: str) -> str:
    """The badge of the run."""
    found = re.search(r'id="run-state"[^>]*><span class="badge" data-state="(\w+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("state", "given", "badge", "possible", "sentence"),
    [
        (S.QUEUED, {}, "waiting", ["cancel"], "The run waits for its turn."),
        (S.RUNNING, {}, "running", ["pause", "cancel"], "The run is under way."),
        (S.PAUSED, {}, "paused", ["resume", "cancel"], "Its finished steps are kept."),
        (S.CANCELLING, {}, "running", [], "The run is being cancelled."),
        (S.DONE, {"outcome": outcome()}, "done", ["again"], "The run is done."),
        (
            S.FAILED,
            {"outcome": outcome(cause="The model has 1 error.", findings=(FINDING,))},
            "failed",
            ["retry", "again"],
            "The model has 1 error.",
        ),
        (
            S.CRASHED,
            {"message": "The worker was killed."},
            "failed",
            ["retry", "again"],
            "Cause The worker was killed.",
        ),
        (S.CANCELLED, {}, "skipped", ["again"], "The last output stays as it was."),
    ],
)
async def test_each_state_says_what_it_is_and_offers_what_is_possible(
    told: Told,
    ada: Account,
    person: Person,
    state: RunState,
    given: dict[str, Any],
    badge: str,
    possible: list[str],
    sentence: str,
) -> None:
    run = await told.run(await told.project(ada), state=state, **given)
    page = (await person.get(f"/runs/{run.id}")).text
    assert "<h1>Bookshop, run 1</h1>" in page
    assert shape(page) == badge
    assert offered(page) == possible
    assert sentence in said(page)
    assert ('data-since="' in page) is (state is S.RUNNING)
    assert (f'href="/runs/{run.id}">Refresh' in page) is not state.is_final
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


async def test_steps_stand_beside_what_they_took_before(
    told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    await told.history(project)
    run = await told.run(project, state=S.RUNNING)
    async with told.channel(run) as channel:
        channel.hear(under_way())
        page = said((await person.get(f"/runs/{run.id}")).text)
    assert "Read the model (done) 0.2 s before: 0.2 ± 0.0 s" in page
    assert re.search(r"Render \(running\) \d s of about 2\.8 ± 0\.3 s", page)
    assert "Verify (waiting) about 40.0 ± 4.6 s" in page
    assert "138 / 214" in page
    assert re.search(r"\d s so far about \d+ s ± 5 s left, by 8 runs", page)
    assert "Written last backend/app/invoices.py" in page
    assert "Rendered a batch of 69 files." in page


async def test_a_failure_comes_first_with_cause_place_and_fix(
    told: Told, ada: Account, person: Person
) -> None:
    failed = outcome(
        cause="The model has 1 error.", fix="Mend it, then generate again.", findings=(FINDING,)
    )
    run = await told.run(await told.project(ada), state=S.FAILED, outcome=failed)
    async with told.parts.storage.session() as session:
        late = message(6, MessageKind.ERROR, "render", 2.0)
        await runs.keep_journal(session, run.id, [*under_way(), late])
    page = (await person.get(f"/runs/{run.id}")).text
    read = said(page)
    assert page.index('class="problem"') < page.index('id="progress"')
    assert "shop.stackwright.yaml:31:14 entities.Order.fields.total unknown type `mony`" in read
    assert "Did you mean `money`?" in read
    assert "Fix Mend it, then generate again." in read
    assert "Render (failed)" in read
    assert "Publish (skipped)" in read
    assert "What it made" not in read


async def test_a_run_that_is_done_shows_figures_notes_and_only_links_that_lead_somewhere(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada)
    done = outcome()
    run = await told.run(project, state=S.DONE, outcome=done, published=True)
    hidden = await told.run(project, state=S.DONE, outcome=done, published=False)
    pages = world.app.state.page_paths
    page = (await person.get(f"/runs/{run.id}")).text
    read = said(page)
    assert "Files 214 37 new, 6 changed, 171 unchanged" in read
    assert "Lines 12 880" in read
    assert "Checks 9 all passed" in read
    assert "Databases made by the old one" in read
    assert f'href="/api/v1/runs/{run.id}/archive"' in page
    assert (f'href="/runs/{run.id}/code"' in page) is ("/runs/{}/code" in pages)
    world.app.state.page_paths = pages | {"/runs/{}/code"}
    later = await told.run(project, state=S.DONE, outcome=done, published=True)
    assert f'href="/runs/{later.id}/code"' in (await person.get(f"/runs/{later.id}")).text
    other = (await person.get(f"/runs/{hidden.id}")).text
    assert "/code" not in other
    assert "/archive" not in other


async def test_hostile_names_messages_and_files_are_shown_as_they_are(
    told: Told, ada: Account, person: Person
) -> None:
    project = await told.project(ada, HOSTILE)
    failed = outcome(
        cause=HOSTILE,
        fix=HOSTILE,
        notes=(HOSTILE,),
        findings=(
            FINDING.model_copy(update=dict.fromkeys(("where", "message", "hint", "file"), HOSTILE)),
        ),
    )
    going = await told.run(project, state=S.RUNNING, title=HOSTILE)
    ended = await told.run(project, state=S.FAILED, outcome=failed, title=HOSTILE, message=HOSTILE)
    told.log({run.id: [LogLine(NOON, 20, HOSTILE)] for run in (going, ended)})
    async with told.channel(going) as channel:
        channel.hear([message(1, MessageKind.FILES, "render", 1, 1, 2, HOSTILE, [HOSTILE])])
        texts = [(await person.get(f"/runs/{run.id}")).text for run in (going, ended)]
        texts += [(await person.get(path)).text for path in ("/runs", f"/projects/{project.id}")]
        texts.append(Picture(channel, told.app, told.parts.now).changes({})[0])
    for text in texts:
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    assert texts[0].count("&lt;script&gt;alert") >= 5


async def test_what_all_watchers_are_sent_has_nothing_of_anybody(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    async with told.channel(run) as channel:
        page = (await person.get(f"/runs/{run.id}")).text  # draws the parts, with a token at hand
        text, parts = Picture(channel, told.app, told.parts.now).changes({})
    assert person.csrf in page
    for shared in (text, *parts.values()):
        assert person.csrf not in shared
        assert "csrf" not in shared
        assert ada.email not in shared
        assert "<form" not in shared


async def test_buttons_work_without_script_and_need_the_token(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada))
    await person.get(f"/runs/{run.id}")
    address = f"/runs/{run.id}/steer/cancel"
    forged = await person.post(address, csrf="")
    assert forged.status_code == 403
    question = await person.get(f"/runs/{run.id}/cancel")
    assert "The last output stays as it is." in question.text
    done = await person.post(address)
    assert (done.status_code, done.headers["Location"]) == (303, f"/runs/{run.id}")
    assert shape((await person.get(f"/runs/{run.id}")).text) == "skipped"
    late = await person.get(f"/runs/{run.id}/cancel")
    assert (late.status_code, late.headers["Location"]) == (303, f"/runs/{run.id}")


async def test_with_script_the_answer_is_the_run_as_it_is_afterwards(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada))
    await person.get(f"/runs/{run.id}")
    script = {**PIECE, "Sec-Fetch-Site": "same-origin"}
    impossible = await person.post(f"/runs/{run.id}/steer/pause", script, csrf="")
    assert impossible.status_code == 409
    assert "What is possible now: cancel." in impossible.text
    assert "<html" not in impossible.text
    done = await person.post(f"/runs/{run.id}/steer/cancel", script, csrf="")
    assert done.status_code == 200
    assert 'data-possible="again"' in done.text
    assert 'hx-target="#run-refusal"' in done.text
    foreign = {**PIECE, "Sec-Fetch-Site": "cross-site"}
    assert (await person.post(f"/runs/{run.id}/steer/cancel", foreign)).status_code == 403


async def test_another_run_is_started_from_the_page_of_one(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.DONE, outcome=outcome())
    await person.get(f"/runs/{run.id}")
    answer = await person.post(f"/runs/{run.id}/again")
    assert answer.status_code == 303
    assert "Bookshop, run 2" in (await person.get(answer.headers["Location"])).text


async def test_a_run_that_waits_says_how_many_come_before_it(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    project, before = await told.project(ada), []
    for _ in range(3):
        before.append(await told.run(project))
        world.clock.passes(seconds=1)
    run = await told.run(project)
    page = await person.get(f"/runs/{run.id}")
    assert "3 runs before it." in said(page.text)
    await told.change(before[0], state=S.CANCELLED)
    piece = await person.get(f"/runs/{run.id}/queue", PIECE)
    assert piece.text.strip() == "2 runs before it."
    await told.change(run, state=S.RUNNING)
    assert (await person.get(f"/runs/{run.id}/queue", PIECE)).text.strip() == ""


async def test_the_runs_of_others_do_not_exist(
    world: World, told: Told, ada: Account, person: Person
) -> None:
    await world.account("eve@example.org")
    run = await told.run(await told.project(ada))
    eve = await signed_in(world, "eve@example.org")
    await eve.get("/")
    for path in ("", "/queue", "/cancel", "/log", "/log.txt"):
        assert (await eve.get(f"/runs/{run.id}{path}")).status_code == 404
    for path in ("/steer/cancel", "/again"):
        assert (await eve.post(f"/runs/{run.id}{path}")).status_code == 404
    async with wire(world.app, f"/runs/{run.id}/live", dict(eve.http.cookies)) as socket:
        assert await socket.end() == 4404
    async with wire(world.app, f"/runs/{uuid4()}/live", dict(person.http.cookies)) as socket:
        assert await socket.end() == 4404
    async with wire(world.app, f"/runs/{run.id}/live", {}) as socket:
        assert await socket.end() == 4401
    await world.account("root@example.org", Role.ADMIN)
    root = await signed_in(world, "root@example.org")
    assert (await root.get(f"/runs/{run.id}")).status_code == 200


async def test_another_site_cannot_watch_with_somebody_elses_cookie(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada))
    cookies, evil = dict(person.http.cookies), "https://evil.example"
    async with wire(told.app, f"/runs/{run.id}/live", cookies, origin=evil) as socket:
        assert await socket.end() == 1008
    assert socket.heard.empty()


def targets(text: str) -> list[str]:
    return re.findall(r'hx-target="#(?:run-)?(\w+)"', text)


async def test_a_socket_sends_the_whole_state_and_then_what_changed(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    told.log({})
    async with told.channel(run) as channel:
        channel.hear(under_way())
        page = (await person.get(f"/runs/{run.id}")).text
        async with wire(told.app, f"/runs/{run.id}/live", dict(person.http.cookies)) as socket:
            first = await socket.hear()
            all_parts = [*Picture(channel, told.app, told.parts.now).parts()]
            assert targets(first) == ["now", *all_parts]
            for name in ("steps", "bar", "files", "state"):
                part = re.search(rf'"#run-{name}"[^>]*>(.*?)</hx-partial>', first, re.DOTALL)
                assert part
                assert part[1] in page  # nothing flickers when the socket opens
            assert targets(await socket.hear()) == ["log"]
            channel.hear([message(6, MessageKind.FILES, "render", 2.0, 150, 214, "More.")])
            later = await socket.hear()
            assert {"state", "bar"} <= set(targets(later)) <= {"state", "bar", "clock", "steps"}
            assert "150 / 214" in later
            assert "status" not in targets(later)  # the step is the same: nothing is read aloud
            channel.hear(to_the_end()[1:])
            await told.change(run, state=S.DONE, outcome=outcome().model_dump(mode="json"))
            ended = await socket.hear()
            while "The run is done" not in ended:
                ended = await socket.hear()
            assert {"status", "result", "steering"} <= set(targets(ended))


async def test_a_hundred_watchers_get_the_same_text(
    told: Told, ada: Account, person: Person
) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    drawn: list[tuple[str, Any]] = []
    async with told.channel(run) as channel:
        pictures = [Picture(channel, told.app, told.parts.now) for _ in range(100)]
        seen = [picture.changes({}) for picture in pictures]
        assert len({id(text) for text, _ in seen}) == 1
        channel.hear(under_way())
        drawn = [one.changes(parts) for one, (_, parts) in zip(pictures, seen, strict=True)]
        newcomer = Picture(channel, told.app, told.parts.now).parts()
    assert len({id(text) for text, _ in drawn}) == 1
    assert all(newcomer[name] == part for name, part in drawn[0][1].items())
    assert "queue" not in targets(drawn[0][0])


async def test_a_session_that_ends_ends_watching(
    told: Told, ada: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.watching.ASK_AGAIN_S", 0.05)
    run = await told.run(await told.project(ada))
    cookies = dict(person.http.cookies)
    async with wire(told.app, f"/runs/{run.id}/live", cookies) as socket:
        await socket.hear()
        await asyncio.sleep(0.2)
        assert not socket.code
        await person.post("/sign-out")
        assert await socket.end() == 4401


async def test_steps_are_spoken_and_files_are_not(told: Told, ada: Account) -> None:
    run = await told.run(await told.project(ada), state=S.RUNNING)
    spoken = []
    async with told.channel(run) as channel:
        picture = Picture(channel, told.app, told.parts.now)
        for one in [*under_way(), *to_the_end()[:-1]]:
            channel.hear([one])
            spoken.append(str(picture.parts()["status"]))
    assert [text for at, text in enumerate(spoken) if at == 0 or spoken[at - 1] != text] == [
        "Step 1 of 6: Read the model.",
        "Step 2 of 6: Plan every file.",
        "Step 3 of 6: Render.",
        "Step 4 of 6: Put in place.",
        "Step 5 of 6: Publish.",
        "Step 6 of 6: Verify.",
    ]
