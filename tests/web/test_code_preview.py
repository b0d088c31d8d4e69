"""What a run published, as pages: the tree, files in all views, search, figures, and nobody else's."""

import html
import re
import shutil
import time
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from app.storage import runs
from app.web.code_lines import Text
from stackwright.errors import Finding
from stackwright.generation.config import Platform
from stackwright.generation.quality import Outcome as Check
from stackwright.generation.quality import Problem, QualityReport
from stackwright.runs.record import Checks, Outcome
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in
from tests.web.shelf import HOSTILE_NAME, SCHEMA, Shelf, changed, generated, many

pytestmark = pytest.mark.services

ANN = "ann@example.org"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project; look at it, don't change it."""
    return generated(tmp_path_factory.mktemp("generated") / "shop")


@pytest.fixture
async def shelf(world: World) -> Shelf:
    return await Shelf.of(world, await world.account(ANN))


@pytest.fixture
async def ann(shelf: Shelf) -> Person:
    return await signed_in(shelf.world, ANN)


async def seen(person: Person, run: str, tail: str = "") -> str:
    answer = await person.get(f"/runs/{run}/code{tail}")
    assert answer.status_code == 200, answer.text
    assert "<script>alert" not in answer.text
    assert "onerror=alert(1)>" not in answer.text
    assert " style=" not in answer.text
    return answer.text


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


async def test_the_tree_is_open_on_the_way_to_the_file_and_nowhere_else(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, f"?path={SCHEMA}")
    assert re.search(rf'<a href="[^"]*{quote(SCHEMA, safe="")}" aria-current="page"', page)
    assert len(re.findall(r"<details open>", page)) == 3
    closed = re.findall(r'hx-get="([^"]+/folder[^"]+)"', page)
    assert any("folder=frontend" in address for address in closed)
    assert "frontend%2Fsrc" not in page
    piece = await ann.get(html.unescape(next(a for a in closed if "folder=frontend" in a)), PIECE)
    assert "<html" not in piece.text
    assert "vite.config.ts" in piece.text
    assert "def " not in piece.text
    whole = await ann.get(html.unescape(closed[0]))
    assert whole.status_code == 200
    assert "<html" in whole.text


async def test_what_changed_stands_in_the_tree_and_on_the_first_page(
    shelf: Shelf, ann: Person, shop: Path, tmp_path: Path
) -> None:
    first = await shelf.run(shop)
    last = await shelf.run(changed(shop, tmp_path / "shop"))
    page = await seen(ann, last)
    assert "Not the same as in run 1" in page
    for path, state in {
        "README.md": "changed",
        "notes.md": "added",
        "page.html": "removed",
    }.items():
        assert re.search(rf'>{path}</span>\s*<svg class="mark" data-state="{state}"', page), path
    gone = await seen(ann, last, "?path=page.html")
    assert "not in this generation any more" in gone
    assert "removed: " in gone
    alone = await seen(ann, first)
    assert "Choose a file" in alone


async def test_names_are_filtered_on_the_server(shelf: Shelf, ann: Person, shop: Path) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, "?names=SCHEMAS book")
    assert SCHEMA in page
    assert "vite.config.ts" not in page
    assert "No path has all of these words" in await seen(ann, run, "?names=nothing+at+all")
    await seen(ann, run, "?names=img onerror")


async def test_a_file_is_highlighted_by_classes_and_its_lines_are_links(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    page = await seen(ann, await shelf.run(shop), f"?path={SCHEMA}")
    source = (shop / SCHEMA).read_text("utf-8")
    lines = re.findall(
        r'<div class="line" id="L(\d+)"><a class="count" href="#L\1".*?<code>(.*?)</code></div>',
        page,
    )
    assert [html.unescape(re.sub(r"<[^>]+>", "", line)) for _, line in lines] == source.splitlines()
    assert '<span class="is-keyword">' in page
    assert re.search(r'title="From backend/[^"]+, line \d+, field Book.title"', page)
    assert "Python" in page
    assert f"{len(lines)} lines" in page


@pytest.mark.parametrize("path", [HOSTILE_NAME, "page.html"])
async def test_hostile_names_and_contents_hurt_nobody(
    shelf: Shelf, ann: Person, shop: Path, path: str
) -> None:
    run = await shelf.run(shop)
    for view in ("code", "template", "diff", "provenance"):
        page = await seen(ann, run, f"?path={quote(path)}&view={view}&against={run}")
        assert html.escape(path) in page or path == HOSTILE_NAME
    page = await seen(ann, run, f"?path={quote(path)}")
    for line in (shop / path).read_text("utf-8").splitlines():
        assert line in text_of(page)
    await seen(ann, run, "/search?text=<script>alert")
    await seen(ann, run, f"/search?text={quote(HOSTILE_NAME)}&within=names")
    raw = await ann.get(f"/runs/{run}/code/raw?path={quote(path)}")
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["x-content-type-options"] == "nosniff"
    assert raw.headers["content-disposition"].startswith("inline")


async def test_what_cannot_be_shown_says_why_and_offers_a_download(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    assert "This is no text" in await seen(ann, run, "?path=picture.bin")
    assert "larger than 2 MiB" in await seen(ann, run, "?path=large.txt")
    assert "The file is empty" in await seen(ann, run, "?path=empty.txt")
    for path in ("nothing", "../x", ".stackwright/lock.json", "backend"):
        assert "The project has no such file" in await seen(ann, run, f"?path={path}")
    raw = await ann.get(f"/runs/{run}/code/raw?path=picture.bin")
    assert raw.headers["content-disposition"].startswith("attachment")


async def test_of_a_long_file_the_lines_around_the_wanted_one_are_shown(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, "?path=long.py&lines=14000&wrap=1")
    assert 'id="L13999"' not in page
    assert re.search(r'id="L14000">(?:(?!</div>).)*<span class="is-number">13999</span>', page)
    assert 'id="L16000"' not in page
    assert "Lines 14000 to 15999 of 20000." in page
    for first in ("12000", "16000", "all"):
        assert f"path=long.py&lines={first}&wrap=1" in html.unescape(page)
    past = await seen(ann, run, "?path=long.py&lines=99999999")
    assert 'id="L18001"' in past
    assert 'id="L20000"' in past
    origin = await seen(ann, run, "?path=long.py&view=provenance&line=15000")
    assert "Nothing is known" in origin
    refused = await ann.get(f"/runs/{run}/code?path=long.py&lines=few")
    assert refused.status_code == 422


def test_lines_in_the_middle_know_what_they_stand_in() -> None:
    text = "a\n" * 2_900 + '"""\n' + "words\n" * 1_500 + '"""\n' + "b\n" * 3_000
    shown = Text("long.py", text, 3_000)
    assert shown.rows[0] == {"number": 3_000, "html": '<span class="is-comment">words</span>'}
    assert shown.rows[-1] == {"number": 4_999, "html": "b"}


async def test_a_long_file_is_cut_until_all_of_it_is_wanted(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, "?path=long.py")
    assert 'id="L2000"' in page
    assert 'id="L2001"' not in page
    assert "Lines 1 to 2000 of 20000." in page
    began = time.perf_counter()
    page = await seen(ann, run, "?path=long.py&lines=all")
    assert time.perf_counter() - began < 30  # no budget (benchmarks/preview.py): it must not hang
    assert 'id="L20000"' in page
    found = await seen(ann, run, "/search?text=line 19999")
    assert "lines=18999#L19999" in html.unescape(found)


async def test_a_file_stands_beside_its_templates(shelf: Shelf, ann: Person, shop: Path) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, f"?path={SCHEMA}&view=template")
    first = re.search(r'id="L(\d+)">(?:(?!</div>).)*href="#T(\d+)"', page)
    assert first
    assert re.search(rf'id="T{first[2]}">(?:(?!</div>).)*href="#L{first[1]}"', page)
    other = re.search(r'href="([^"]+template=backend%2Fmacros[^"#]+)"', page)
    assert other
    macros = await ann.get(html.unescape(other[1]))
    assert re.search(r'aria-current="true">backend/macros', macros.text)
    assert "somebody wrote or edited it" in await seen(ann, run, "?path=page.html&view=template")
    stranger = await seen(ann, run, f"?path={SCHEMA}&view=template&template=../../etc/passwd")
    assert "schemas/" in stranger


async def test_each_line_tells_its_template_line_and_element_of_the_model(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    lines = (shop / SCHEMA).read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith("title:"))
    page = await seen(ann, run, f"?path={SCHEMA}&view=provenance&line={number}")
    said = text_of(page)
    assert re.search(rf"Line {number} comes from backend/\S+:\d+, for the field Book.title\.", said)
    assert "Model, line 10" in said
    assert re.search(r'data-marked><span class="count">10</span>', page)
    none = await seen(ann, run, f"?path={SCHEMA}&view=provenance&line=100000")
    assert "comes from" not in text_of(none)


async def test_a_file_stands_beside_its_older_version_with_equal_lines_folded(
    shelf: Shelf, ann: Person, shop: Path, tmp_path: Path
) -> None:
    first = await shelf.run(shop)
    last = await shelf.run(changed(shop, tmp_path / "shop"))
    page = await seen(ann, last, "?path=long.py&view=diff")
    assert "1 line added, 1 line removed" in page
    assert '<span class="now">' in page
    folds = [html.unescape(one) for one in re.findall(r'hx-get="([^"]+/equal\?[^"]+)"', page)]
    assert len(folds) == 2
    piece = await ann.get(folds[1], PIECE)
    assert piece.text.lstrip().startswith("<tr")
    assert "line 9005" in piece.text
    whole = await ann.get(folds[1])
    assert whole.status_code == 200
    assert "<html" in whole.text
    named = await seen(ann, last, f"?path=README.md&view=diff&against={first}")
    assert f'<option value="{first}" selected>' in named
    same = await seen(ann, last, f"?path={SCHEMA}&view=diff")
    assert "The file is the same as in run 1" in same
    assert "This is the first" in await seen(ann, first, f"?path={SCHEMA}&view=diff")
    unknown = await ann.get(f"/runs/{last}/code?path=README.md&against={uuid4()}")
    assert unknown.status_code == 404


async def test_contents_are_searched_whatever_the_capitals(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop)
    page = await seen(ann, run, "/search?text=CLASS BOOK")
    assert re.search(rf'href="[^"]+{quote(SCHEMA, safe="")}[^"]*#L\d+"', page)
    assert "<mark>class Book</mark>" in page
    many_hits = text_of(await seen(ann, run, "/search?text=line")).replace("\u202f", "")
    assert re.search(r"\d+ lines in \d+ files; \d+ shown, \d+ more", many_hits)
    assert "Nothing was found" in await seen(ann, run, "/search?text=no such thing anywhere")
    assert "at least two" in await seen(ann, run, "/search?text=a")
    assert "vite.config.ts" in await seen(ann, run, "/search?text=vite config&within=names")


async def test_figures_and_quality_say_what_is_known_and_no_more(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    page = text_of(await seen(ann, await shelf.run(shop), "/figures"))
    assert "Nothing was checked" in page
    assert "was asked to generate only" in page
    assert "backend" in page
    finding = Finding(level="error", where="backend.lint", message="<b>unused</b> import")
    outcome = Outcome(
        checks=Checks(passed=7, failed=2), cause="Two checks failed.", findings=(finding,)
    )
    bad = await seen(ann, await shelf.run(shop, verify=True, outcome=outcome), "/figures")
    assert "2 checks failed" in bad
    assert "&lt;b&gt;unused" in bad
    good = Outcome(checks=Checks(passed=9, failed=0))
    assert "9 checks passed" in await seen(ann, await shelf.run(shop, outcome=good), "/figures")


async def test_the_way_on_is_that_of_this_project(shelf: Shelf, ann: Person, shop: Path) -> None:
    page = text_of(await seen(ann, await shelf.run(shop), "/next"))
    for words in (
        "unzip shop.zip",
        "docker compose up",
        "alembic upgrade head",
        "npm run dev",
        "git init",
        "stackwright generate shop.stackwright.yaml",
        "PostgreSQL",
    ):
        assert words in page


async def test_a_run_without_output_says_what_is_there(shelf: Shelf, ann: Person) -> None:
    page = await seen(ann, await shelf.run())
    assert "not published yet" in page
    ended = shelf.world.clock()
    outcome = Outcome(cause="The model has <no> entities.", fix="Add one.")
    run = await shelf.run(state=RunState.FAILED, ended_at=ended, outcome=outcome)
    page = await seen(ann, run)
    assert "left no project" in page
    assert "The model has &lt;no&gt; entities. Add one." in page
    assert f'href="/runs/{run}"' in page
    for tail in ("/search", "/figures", "/next", "/folder", "/raw?path=a"):
        answer = await ann.get(f"/runs/{run}/code{tail}")
        assert answer.status_code == 409


WHAT = (
    *("", f"?path={SCHEMA}", "/folder", "/search?text=class", "/figures", "/next"),
    *("/raw?path=README.md", "/equal?path=README.md&left=1&right=1&count=1"),
)


async def test_nobody_elses_project_is_there(shelf: Shelf, ann: Person, shop: Path) -> None:
    run = await shelf.run(shop)
    await shelf.world.account("bob@example.org")
    bob = await signed_in(shelf.world, "bob@example.org")
    for what in WHAT:
        assert (await ann.get(f"/runs/{run}/code{what}")).status_code == 200, what
        assert (await bob.get(f"/runs/{run}/code{what}")).status_code == 404, what
        assert (await ann.get(f"/runs/{uuid4()}/code{what}")).status_code == 404, what


async def test_five_thousand_files_open_within_a_second(
    shelf: Shelf, ann: Person, shop: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    shutil.copytree(shop, folder)
    (folder / "large.txt").unlink()
    await shelf.run(many(folder, 4_700))
    run = await shelf.run(folder)
    path = "module_07/part_3/file_00157.py"
    await seen(ann, run, f"?path={path}")
    times = []
    for tail in (f"?path={path}", "", "?names=file_001", "/search?text=function_157"):
        began = time.perf_counter()
        await seen(ann, run, tail)
        times.append(round(time.perf_counter() - began, 3))
    assert max(times) < 1, times


async def test_each_check_is_shown_with_what_it_objects_to_those_that_failed_first(
    shelf: Shelf, ann: Person, shop: Path
) -> None:
    run = await shelf.run(shop, verify=True)
    good = Check(
        id="a", platform=Platform.BACKEND, title="Types", proves="Every call fits.", state="ok"
    )
    said = (Problem(file="<i>.py", line=3, message="is <b>bold</b>"),)
    bad = Check(
        id="b",
        platform=Platform.FRONTEND,
        title="Linter",
        proves="No known mistake.",
        state="failed",
        cause="It objects.",
        problems=said,
        further=4,
    )
    report = QualityReport(project="shop", ok=False, seconds=2.0, outcomes=(good, bad), figures={})
    async with shelf.world.parts.storage.session() as session:
        await runs.keep_journal(session, UUID(run), [], report)
    page = await seen(ann, run, "/figures")
    assert page.index("frontend: Linter") < page.index("backend: Types")
    assert "&lt;i&gt;.py:3: is &lt;b&gt;bold" in page
    assert "4 more" in page
    assert "Every call fits." in page
