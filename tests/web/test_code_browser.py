"""Looking at a published project in a browser: with keys alone, by clicks, at all sizes, by day and by night."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.world import PASSWORD, World
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import Living, living
from tests.web.shelf import SCHEMA, Shelf, changed, generated, store_at

pytestmark = [pytest.mark.browser, pytest.mark.services]

ANN = "ann@example.org"
VIEWS = (
    *("", f"?path={SCHEMA}", f"?path={SCHEMA}&view=template", "?path=README.md&view=diff"),
    *(f"?path={SCHEMA}&view=provenance&line=12", "?path=long.py&view=diff", "?names=schemas"),
    *("/search?text=class", "/figures", "/next", "?path=picture.bin", "?path=nothing"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Living, str]]:
    """The whole application with two generations of one project; and the address of the newer one."""
    folder = tmp_path_factory.mktemp("store")
    with store_at(folder / "artifacts"), living() as served:
        shop = generated(folder / "shop")
        later = changed(shop, folder / "later")
        yield served, f"{served.address}/runs/{served.run(_runs(served.world, shop, later))}/code"


async def _runs(world: World, shop: Path, later: Path) -> str:
    shelf = await Shelf.of(world, await world.account(ANN))
    await shelf.run(shop)
    return await shelf.run(later)


@pytest.fixture(scope="module")
def cookies(browser: Browser, place: tuple[Living, str]) -> Any:
    """What a browser keeps after signing in."""
    context = browser.new_context(base_url=place[0].address)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill(ANN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def ann(browser: Browser, cookies: Any) -> Iterator[Page]:
    yield from _page(browser, cookies, bypass_csp=False)


@pytest.fixture
def unguarded(browser: Browser, cookies: Any) -> Iterator[Page]:
    """A page into which axe can be put: what it needs is not what our policy allows."""
    yield from _page(browser, cookies, bypass_csp=True)


def _page(browser: Browser, cookies: Any, *, bypass_csp: bool) -> Iterator[Page]:
    context = browser.new_context(
        storage_state=cookies,
        viewport={"width": 1280, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
        bypass_csp=bypass_csp,
    )
    page = context.new_page()
    wrong = watched(page)
    yield page
    context.close()
    assert not wrong


def focused(page: Page) -> str:
    text: str = page.evaluate(
        "(document.activeElement.querySelector('.name') ?? document.activeElement).textContent"
    )
    return text.strip()


def test_a_file_is_opened_with_keys_alone(ann: Page, place: tuple[Living, str]) -> None:
    ann.goto(place[1])
    ann.locator(".tree summary").first.focus()
    ann.keyboard.type("fr")
    assert focused(ann) == "frontend"
    ann.keyboard.press("Home")
    assert focused(ann) == "backend"
    ann.keyboard.press("ArrowRight")
    expect(ann.locator(".tree summary", has_text="migrations")).to_be_visible()
    ann.keyboard.press("ArrowRight")
    assert focused(ann) == "app"
    ann.keyboard.press("ArrowLeft")
    ann.keyboard.press("End")
    ann.keyboard.type("readme")
    assert focused(ann) == "README.md"
    ann.keyboard.press("Enter")
    expect(ann.locator("#file h2")).to_have_text("README.md")
    assert ann.url.endswith("?path=README.md")
    expect(ann.locator(".tree [aria-current=page] .name")).to_have_text("README.md")
    expect(ann.locator(".tree summary", has_text="migrations")).to_be_visible()
    assert focused(ann) == "README.md"


def test_back_leads_to_the_file_before_with_its_way_open(
    ann: Page, place: tuple[Living, str]
) -> None:
    ann.goto(f"{place[1]}?path={SCHEMA}")
    current = ann.locator(".tree [aria-current=page] .name")
    expect(current).to_have_text("book.py")
    ann.locator(".tree a", has_text="author.py").click()
    expect(ann.locator("#file h2")).to_contain_text("author.py")
    expect(current).to_have_text("author.py")
    ann.get_by_role("link", name="Origin", exact=True).click()
    expect(ann.locator(".listing.origins")).to_be_visible()
    assert "view=provenance" in ann.url
    ann.go_back()
    expect(ann.locator(".listing:not(.origins)")).to_be_visible()
    ann.go_back()
    expect(ann.locator("#file h2")).to_contain_text("book.py")
    expect(current).to_have_text("book.py")
    ann.reload()
    expect(current).to_have_text("book.py")


def test_lines_are_marked_by_the_address_and_ranges_with_the_shift_key(
    ann: Page, place: tuple[Living, str]
) -> None:
    ann.goto(f"{place[1]}?path=long.py#L500-L502")
    expect(ann.locator(".line[data-marked]")).to_have_count(3)
    expect(ann.locator("#L501")).to_be_in_viewport()
    ann.locator("#L505 .count").click()
    expect(ann.locator(".line[data-marked]")).to_have_count(1)
    ann.locator("#L508 .count").click(modifiers=["Shift"])
    expect(ann.locator(".line[data-marked]")).to_have_count(4)
    assert ann.url.endswith("#L505-L508")
    ann.goto(f"{place[1]}?path=long.py")
    ann.goto(f"{place[1]}?path=long.py#L15000")
    expect(ann.locator("#L15000")).to_be_in_viewport()
    expect(ann.locator(".line[data-marked]")).to_have_count(1)
    assert "lines=14000" in ann.url  # with as many lines above it as below
    assert ann.locator(".line").count() == 2000
    ann.get_by_role("link", name="Lines 16000 to 17999").click()
    expect(ann.locator("#L16000")).to_be_attached()
    ann.get_by_role("link", name="Show all lines").click()
    expect(ann.locator("#L20000")).to_be_attached(timeout=30_000)  # seconds, and asked for


def test_a_line_leads_to_its_template_and_back(ann: Page, place: tuple[Living, str]) -> None:
    ann.goto(f"{place[1]}?path={SCHEMA}&view=template")
    way = ann.locator("#L2 a.way")
    target = way.get_attribute("href")
    assert target
    ann.locator("#L2 code").click()
    expect(ann.locator(target)).to_have_attribute("data-marked", "")
    expect(ann.locator(target)).to_be_in_viewport()
    ann.locator(f"{target} a.way").click()
    expect(ann.locator("#L2")).to_have_attribute("data-marked", "")


def test_a_line_tells_where_it_comes_from(ann: Page, place: tuple[Living, str]) -> None:
    ann.goto(f"{place[1]}?path={SCHEMA}")
    ann.locator(".line", has_text="title:").first.locator("a.way").click()
    expect(ann.locator(".origin-told")).to_contain_text("for the field Book.title")
    expect(ann.locator(".origin-told")).to_contain_text("title: {type: string")
    ann.locator(".origin-told p a").click()
    expect(ann.locator(".code-beside [data-letter=T] [data-marked]")).to_have_count(1)


def test_equal_lines_open_in_a_difference(ann: Page, place: tuple[Living, str]) -> None:
    ann.goto(f"{place[1]}?path=README.md")
    ann.get_by_role("link", name="Difference", exact=True).click()
    expect(ann.locator(".diff .now")).to_have_count(1)
    ann.locator(".diff [data-kind=folded] a").click()
    expect(ann.locator(".diff [data-kind=folded]")).to_have_count(0)
    assert ann.locator(".diff [data-kind=same]").count() > 20


def test_contents_and_names_are_searched_while_one_writes(
    ann: Page, place: tuple[Living, str]
) -> None:
    ann.goto(f"{place[1]}?path={SCHEMA}")
    ann.keyboard.press("/")
    ann.keyboard.type("author schemas")
    found = ann.locator("#code-entries a", has_text="backend/app/schemas/author.py")
    expect(found).to_be_visible()
    expect(ann).to_have_url(re.compile("names=author"))
    assert f"path={quote(SCHEMA, safe='')}" in ann.url
    found.click()
    expect(ann.locator("#file h2")).to_contain_text("author.py")
    ann.get_by_role("link", name="Search", exact=True).click()
    ann.wait_for_url(f"{place[1]}/search")  # and for its scripts, which know the key
    ann.keyboard.press("/")
    ann.keyboard.type("CLASS book")
    hit = ann.locator(".hits li a", has_text="class Book").first
    expect(hit).to_be_visible()
    hit.click()
    expect(ann.locator(".line[data-marked]")).to_contain_text("class Book")


def test_a_file_and_commands_are_copied(ann: Page, place: tuple[Living, str]) -> None:
    ann.goto(f"{place[1]}?path=notes.md")
    ann.get_by_role("button", name="Copy").click()
    expect(ann.get_by_role("button", name="Copied")).to_be_visible()
    assert ann.evaluate("navigator.clipboard.readText()") == "new\n"
    ann.goto(f"{place[1]}/next")
    ann.get_by_role("button", name="Copy the commands: Unpack it").click()
    expect(ann.locator("#status")).to_have_text("Copied")
    assert ann.evaluate("navigator.clipboard.readText()") == "unzip shop.zip -d shop\ncd shop"


def test_on_a_phone_the_tree_is_a_drawer(ann: Page, place: tuple[Living, str]) -> None:
    ann.set_viewport_size({"width": 360, "height": 740})
    ann.goto(f"{place[1]}?path={SCHEMA}")
    expect(ann.locator(".tree").first).to_be_hidden()
    ann.get_by_role("button", name="Files of the project").click()
    ann.locator(".tree a", has_text="author.py").click()
    expect(ann.locator("#file h2")).to_contain_text("author.py")
    expect(ann.locator(".tree").first).to_be_hidden()


@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_read_it_at_all_sizes_by_day_and_by_night(
    unguarded: Page, place: tuple[Living, str], view: str
) -> None:
    for width, theme in SIGHTS:
        unguarded.emulate_media(color_scheme=theme)
        unguarded.set_viewport_size({"width": width, "height": 800})
        unguarded.goto(f"{place[1]}{view}")
        assert complaints(unguarded) == [], (view, theme, width)
        assert unguarded.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
