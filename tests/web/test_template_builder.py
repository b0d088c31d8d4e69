"""The pages of projects and their models, without a browser: fragments, drafts, conflicts, hostile texts."""

import re
from typing import Any

import httpx
import pytest

from tasks.model import read_examples
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in

pytestmark = pytest.mark.services

RIGHT = """\
stackwright: 1
name: library
entities:
  Book:  # what people read
    fields:
      title: {type: string, required: true}
"""
WRONG = RIGHT.replace("string", "strin")
HOSTILE = "</textarea><script>alert(1)</script><b title='\"&amp;{{ 7*7 }}"


@pytest.fixture
async def ada(world: World) -> Person:
    await world.account("ada@example.org")
    return await signed_in(world, "ada@example.org")


async def made(person: Person, start: str = "empty", name: str = "Library") -> str:
    """The address of the model of a new project."""
    answer = await person.post("/projects/new", name=name, start=start)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def known(html: str) -> dict[str, str]:
    """What a tab sends along, as the page says it."""
    names = ("tab", "base", "seen", "serial", "was")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', html) for name in names}
    return {name: one[1] for name, one in found.items() if one}


class Tab:
    """One tab with the editor, which sends what the script would send."""

    def __init__(self, person: Person, address: str, html: str) -> None:
        self.person, self.address, self.known = person, address, known(html)

    async def send(
        self, where: str, text: str, headers: Any = PIECE, **more: str
    ) -> httpx.Response:
        fields = {**self.known, "text": text, **more}
        answer = await self.person.post(f"{self.address}{where}", headers, **fields)
        self.known |= known(answer.text)
        return answer


async def opened(person: Person, address: str) -> Tab:
    shown = await person.get(address)
    assert shown.status_code == 200, shown.text
    return Tab(person, address, shown.text)


def text_in(html: str) -> str:
    """What stands in the text field."""
    import html as escaping

    found = re.search(r'<textarea id="field-text".*?>\n(.*?)</textarea>', html, re.DOTALL)
    assert found
    return escaping.unescape(found[1])


async def test_a_project_begins_empty_with_an_example_or_with_a_file(ada: Person) -> None:
    assert "Make the first project" in (await ada.get("/projects")).text
    form = (await ada.get("/projects/new")).text
    for name in read_examples():
        assert f'value="{name}"' in form
    empty = await made(ada, name="Empty one")
    assert text_in((await ada.get(empty)).text) == "stackwright: 1\nname: empty-one\nentities:\n"
    example = (await ada.get(await made(ada, "bookshop"))).text
    assert text_in(example) == read_examples()["bookshop"]
    assert "saved as version 1" in example
    assert re.search(r'href="#entity-Country" data-line="\d+"', example)
    listed = (await ada.get("/projects")).text
    assert "version 1" in listed
    assert "none yet" in listed
    fields = {"csrf": ada.csrf, "name": "Uploaded", "start": "upload"}
    files = {"file": ("mine.stackwright.yaml", WRONG.encode())}
    answer = await ada.http.post("/projects/new", data=fields, files=files)
    assert answer.status_code == 303, answer.text
    shown = (await ada.get(answer.headers["Location"])).text
    assert text_in(shown) == WRONG
    assert "unknown type" in shown or "strin" in shown
    assert "draft, not saved" in (await ada.get("/projects")).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "start": "empty"}, "Name: This is needed."),
        ({"name": "x" * 90, "start": "empty"}, "at most 80 characters"),
        ({"name": "Fine", "start": "upload"}, "No file was chosen"),
        ({"name": "Fine", "start": "../../etc/passwd"}, "no such example"),
    ],
)
async def test_a_form_that_lacks_something_comes_back(
    ada: Person, fields: dict[str, str], said: str
) -> None:
    answer = await ada.post("/projects/new", PIECE, **fields)
    assert answer.status_code in {404, 422}
    assert said in answer.text


async def test_every_change_is_checked_and_kept(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    assert "#status" in (await tab.send("/check", RIGHT)).text
    answer = await tab.send("/check", WRONG)
    assert answer.status_code == 200, answer.text
    parts = dict(
        re.findall(
            r'<hx-partial hx-target="([^"]+)"[^>]*>(.*?)</hx-partial>', answer.text, re.DOTALL
        )
    )
    assert 'data-line="6" data-column="21" data-level="error"' in parts["#model-findings"]
    assert "1 error" in parts["#model-state"]
    assert "kept as a draft" in parts["#model-state"]
    assert 'data-state="wrong"' in parts["#model-diagram-drawing"]
    assert 'id="entity-Book"' in parts["#model-entities"]
    assert parts["#status"].strip() == "1 error."
    assert "fingerprint" not in parts[".title-block"]
    again = await tab.send("/check", WRONG)
    assert "#status" not in again.text  # said once
    right = await tab.send("/check", RIGHT)
    assert "Nothing was found" in right.text
    assert "fingerprint" in right.text
    assert "data-new-text" not in right.text
    assert text_in((await ada.get(tab.address)).text) == RIGHT


async def test_what_cannot_be_read_at_all_leaves_the_drawing_as_it_is(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    answer = await tab.send("/check", "{{{{")
    assert "#model-diagram-drawing" not in answer.text
    assert "#model-findings" in answer.text


async def test_a_right_model_is_saved_and_a_wrong_one_stays_a_draft(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    refused = await tab.send("", WRONG)
    assert refused.status_code == 422
    assert "has 1 error" in refused.text
    assert text_in((await ada.get(tab.address)).text) == WRONG
    saved = await tab.send("", RIGHT)
    assert saved.status_code == 200
    assert "Saved as version 1." in saved.text
    assert re.search(r'data-kind="main" href="[^"]*/configuration"', saved.text)
    page = (await ada.get(tab.address)).text
    assert "saved as version 1" in page
    changed = await tab.send("/check", RIGHT.replace("title", "name"))
    assert not re.search(r'href="[^"]*/configuration"', changed.text)


async def test_it_works_without_script(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    plain = {"Accept": "text/html"}
    added = await tab.send(
        "/change", RIGHT.replace("\n", "\r\n"), plain, act="add-entity", new_entity="Shelf"
    )
    assert added.status_code == 303
    shown = (await ada.get(tab.address)).text
    assert "\n  Shelf:\n" in text_in(shown)
    assert "\r" not in text_in(shown)
    tab = await opened(ada, tab.address)
    saved = await tab.send("", text_in(shown), plain)
    assert (saved.status_code, saved.headers["Location"]) == (303, tab.address)
    refused = await tab.send("", WRONG, plain)
    assert refused.status_code == 422
    assert text_in(refused.text) == WRONG
    assert "has 1 error" in refused.text


async def test_forms_write_into_the_text(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    answer = await tab.send("/change", RIGHT, act="add-entity", new_entity="Shelf")
    assert 'data-new-text data-go="7"' in answer.text
    assert "Book:  # what people read" in answer.text
    text = text_in((await ada.get(tab.address)).text)
    more = {"field_entity": "Shelf", "field_name": "code", "field_type": "enum"}
    answer = await tab.send("/change", text, act="add-field", **more)
    text = text_in((await ada.get(tab.address)).text)
    assert "code: {type: enum" in text
    more = {"relation_entity": "Book", "relation_name": "shelf", "relation_target": "Shelf"}
    await tab.send("/change", text, act="add-relation", relation_kind="many_to_one", **more)
    text = text_in((await ada.get(tab.address)).text)
    assert "shelf: {kind: many_to_one, target: Shelf}" in text
    asks = await tab.send("/change", text, act="remove-entity", old_entity="Shelf")
    assert "There is no entity `Shelf`" in asks.text
    assert 'value="remove-entity-with-relations"' in asks.text
    assert text_in((await ada.get(tab.address)).text) == text
    act = "remove-entity-with-relations"
    await tab.send("/change", text, act=act, old_entity="Shelf")
    assert text_in((await ada.get(tab.address)).text) == RIGHT
    refused = await tab.send("/change", RIGHT, act="add-entity", new_entity="<b>")
    assert refused.status_code == 422
    assert "&lt;b&gt;" in refused.text
    assert (await tab.send("/change", RIGHT, act="explode")).status_code == 422


async def test_two_tabs_do_not_overwrite_each_other(ada: Person) -> None:
    address = await made(ada)
    one, two = await opened(ada, address), await opened(ada, address)
    mine, theirs = RIGHT.replace("title", "mine"), RIGHT.replace("title", "theirs")
    assert (await two.send("/check", theirs)).status_code == 200
    refused = await one.send("/check", mine)
    assert refused.status_code == 409
    assert "Another tab" in refused.text
    assert text_in((await ada.get(address)).text) == theirs
    forced = await one.send("/check", mine, force="mine")
    assert forced.status_code == 200
    assert text_in((await ada.get(address)).text) == mine
    assert (await ada.post(f"{address}/back")).status_code == 303
    assert text_in((await ada.get(address)).text) == theirs
    taken = await one.send("/check", mine, force="theirs")
    assert "theirs" in taken.text
    assert "data-new-text" in taken.text


async def test_a_late_text_never_replaces_a_newer_one(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    await tab.send("/check", RIGHT, serial="7")
    late = await tab.send("/check", WRONG, serial="6")
    assert late.status_code == 200
    assert text_in((await ada.get(tab.address)).text) == RIGHT


async def test_a_version_that_was_saved_meanwhile_is_not_hidden(ada: Person) -> None:
    address = await made(ada, "notes")
    one, two = await opened(ada, address), await opened(ada, address)
    first = read_examples()["notes"]
    theirs, mine = f"{first}# theirs\n", f"{first}# mine\n"
    assert "Saved as version 2." in (await two.send("", theirs)).text
    refused = await one.send("", mine)
    assert refused.status_code == 409
    assert "changed since" in refused.text
    assert 'value="theirs"' in refused.text
    taken = await one.send("", mine, force="theirs")
    assert "# theirs" in taken.text
    assert text_in((await ada.get(address)).text) == theirs
    await ada.post(f"{address}/back")
    assert text_in((await ada.get(address)).text) == mine
    one = await opened(ada, address)
    refused = await one.send("", mine)
    assert refused.status_code == 409
    assert "Saved as version 3." in (await one.send("", mine, force="mine")).text


async def test_an_upload_takes_the_place_of_the_text_and_can_be_taken_back(ada: Person) -> None:
    address = await made(ada, "notes")
    files = {"file": ("other.yaml", b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode())}
    answer = await ada.http.post(f"{address}/upload", data={"csrf": ada.csrf}, files=files)
    assert answer.status_code == 303, answer.text
    shown = (await ada.get(address)).text
    assert text_in(shown) == RIGHT
    assert "Take back the other text" in shown
    await ada.post(f"{address}/back")
    assert text_in((await ada.get(address)).text) == read_examples()["notes"]
    await ada.post(f"{address}/back")
    assert text_in((await ada.get(address)).text) == RIGHT
    await ada.post(f"{address}/discard")
    assert "saved as version 1" in (await ada.get(address)).text
    for content in (b"", b"\xff\xfe\x00", b"x" * 1_000_001):
        files = {"file": ("bad.yaml", content)}
        bad = await ada.http.post(f"{address}/upload", data={"csrf": ada.csrf}, files=files)
        assert bad.status_code in {413, 422}


async def test_hostile_texts_stay_texts(ada: Person) -> None:
    tab = await opened(ada, await made(ada, name=HOSTILE[:70]))
    texts = [
        HOSTILE,
        f"stackwright: 1\nname: x\nentities:\n  '{HOSTILE.replace(chr(39), '')}':\n    fields: {{a: string}}\n",
        RIGHT.replace("title", f"'{HOSTILE.replace(chr(39), '')}'"),
        RIGHT.replace("{type: string, required: true}", f"'{HOSTILE.replace(chr(39), '')}'"),
    ]
    for text in texts:
        piece = await tab.send("/check", text)
        page = await ada.get(tab.address)
        for shown in (piece.text, page.text):
            assert "<script>alert" not in shown
            assert "49" not in re.sub(r"[\w-]*49[\w-]+", "", shown) or "7*7" in shown
        assert text_in(page.text) == text
        assert not re.search(r"\sstyle=|<style|\son\w+=", page.text)


async def test_characters_that_cannot_be_kept_are_found_and_not_a_crash(ada: Person) -> None:
    tab = await opened(ada, await made(ada))
    answer = await tab.send("/check", f"{RIGHT}# \x00 \u202e\n", tab="\x00")
    assert answer.status_code == 200
    assert "U+202E is not allowed" in answer.text
    assert "\ufffd" in text_in((await ada.get(tab.address)).text)


async def test_others_do_not_see_a_project(world: World, ada: Person) -> None:
    address = await made(ada)
    await world.account("eve@example.org")
    eve = await signed_in(world, "eve@example.org")
    assert (await eve.get(address)).status_code == 404
    for where in ("", "/check", "/change", "/back", "/discard"):
        answer = await eve.post(f"{address}{where}", text=RIGHT)
        assert answer.status_code == 404, where
    files = {"file": ("a.yaml", RIGHT.encode())}
    answer = await eve.http.post(f"{address}/upload", data={"csrf": eve.csrf}, files=files)
    assert answer.status_code == 404


async def test_the_list_of_entities_is_filtered_by_the_address(ada: Person) -> None:
    address = await made(ada, "bookshop")
    shown = (await ada.get(f"{address}?find=order")).text
    assert re.findall(r'<li id="entity-(\w+)"', shown) == ["Order", "OrderLine"]
    assert "2 of 12 entities" in re.sub(r"\s+", " ", shown)


async def test_long_lists_of_projects_have_pages(ada: Person, world: World) -> None:
    for number in range(22):
        world.clock.passes(seconds=1)
        await made(ada, name=f"Project {number}")
    first = (await ada.get("/projects")).text
    assert first.count('/model">') == 20
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    assert (await ada.get(more[1])).text.count('/model">') == 2
