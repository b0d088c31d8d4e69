"""What a run published, over the API: folders, files, search, differences, and nobody else's."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.storage import runs
from flows.stories.generation import generate_locally
from stackwright.generation.config import Config
from stackwright.generation.request import GenerateRequest
from stackwright.runs.record import output_place
from stackwright.runs.state import RunState
from tasks.artifacts import publish_output
from tests.api.test_projects import TAGS
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

SMALL = Config(tests=False, sample_data=False, docker=False, env_configs=False)
MAIN = "backend/app/main.py"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project; look at it, don't change it."""
    out = tmp_path_factory.mktemp("generated") / "tags"
    patch = pytest.MonkeyPatch()
    patch.setattr("tasks.history.history_file", lambda: out.parent / "history.jsonl")
    generate_locally(GenerateRequest(model=TAGS, out=str(out), config=SMALL), lambda _: None)
    (out / "page.html").write_text("<script>alert(1)</script>\n", "utf-8")
    (out / "grün & “gut”.bin").write_bytes(b"\0\xff")
    patch.undo()
    return out


class Shelf:
    """Somebody's project with runs, some of which have published."""

    def __init__(self, world: World, owner: Visitor, project: str) -> None:
        self.world, self.owner, self.project = world, owner, project

    async def run(self, folder: Path | None = None) -> str:
        """A new run; it publishes this folder."""
        made = await self.owner("POST", "/runs", {"project_id": self.project})
        run_id = str(made.json()["id"])
        if folder:
            publish_output(folder, output_place(UUID(self.project), UUID(run_id)))
            async with self.world.parts.storage.session() as session:
                assert await runs.change(session, UUID(run_id), was=RunState.QUEUED, published=True)
        return run_id

    async def get(self, run: str, path: str, **headers: str) -> Any:
        """An answer about a run."""
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.owner("GET", f"/runs/{run}/{path}", headers=known)


@pytest.fixture
async def shelf(world: World) -> Shelf:
    owner = await world.person("ann@example.org")
    made = await owner("POST", "/projects", {"name": "Tags", "model": {"text": TAGS}})
    return Shelf(world, owner, made.json()["id"])


async def test_a_folder_is_listed_at_a_time(shelf: Shelf, generated: Path) -> None:
    run = await shelf.run(generated)
    root = (await shelf.get(run, "files")).json()
    names = {entry["name"] for entry in root["entries"]}
    assert names >= {"backend", "frontend", "README.md", "page.html"}
    assert ".stackwright" not in names
    assert [e["is_folder"] for e in root["entries"]] == sorted(
        (e["is_folder"] for e in root["entries"]), reverse=True
    )
    below = (await shelf.get(run, "files?folder=backend/app")).json()
    assert "backend/app/main.py" in [entry["path"] for entry in below["entries"]]
    assert is_problem(await shelf.get(run, "files?folder=nothing"), 404)


async def test_a_file_is_shown_with_what_it_is(shelf: Shelf, generated: Path) -> None:
    run = await shelf.run(generated)
    found = (await shelf.get(run, f"files/content?path={MAIN}")).json()
    assert found["text"] == (generated / MAIN).read_text("utf-8")
    assert found["language"] == "Python"
    assert found["file"]["lines"] == found["text"].count("\n")
    binary = (await shelf.get(run, "files/content?path=gr%C3%BCn %26 “gut”.bin")).json()
    assert (binary["text"], binary["file"]["binary"]) == (None, True)
    for path in ("nothing", "../x", ".stackwright/lock.json", "backend"):
        answer = await shelf.get(run, f"files/content?path={path}")
        assert is_problem(answer, 404)
        assert answer.json()["hint"]


async def test_bytes_are_saved_and_never_run(shelf: Shelf, generated: Path) -> None:
    run = await shelf.run(generated)
    page = await shelf.get(run, "files/raw?path=page.html")
    assert page.content == (generated / "page.html").read_bytes()
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert page.headers["x-content-type-options"] == "nosniff"
    other = await shelf.get(run, "files/raw?path=gr%C3%BCn %26 “gut”.bin")
    assert other.headers["content-type"] == "application/octet-stream"
    assert other.content == b"\0\xff"
    assert (
        "filename*=UTF-8''gr%C3%BCn%20%26%20%E2%80%9Cgut%E2%80%9D.bin"
        in (other.headers["content-disposition"])
    )


async def test_names_and_contents_are_searched(shelf: Shelf, generated: Path) -> None:
    run = await shelf.run(generated)
    names = (await shelf.get(run, "search?text=main PY&within=names")).json()["names"]
    assert MAIN in [file["path"] for file in names["files"]]
    contents = (await shelf.get(run, "search?text=<SCRIPT>")).json()["contents"]
    assert [(hit["path"], hit["line"]) for hit in contents["hits"]] == [("page.html", 1)]
    assert is_problem(await shelf.get(run, "search?text="), 422)


async def test_figures_add_up(shelf: Shelf, generated: Path) -> None:
    known = (await shelf.get(await shelf.run(generated), "files/metrics")).json()
    assert sum(figure["files"] for figure in known["packs"]) == known["total"]["files"] > 50


async def test_the_whole_project_is_saved_as_one_archive(shelf: Shelf, generated: Path) -> None:
    answer = await shelf.get(await shelf.run(generated), "archive")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert 'filename="tags.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.read(MAIN) == (generated / MAIN).read_bytes()
        assert ".stackwright/lock.json" in archive.namelist()


async def test_outputs_are_compared_with_the_previous_one_or_any(
    shelf: Shelf, generated: Path, tmp_path: Path
) -> None:
    first = await shelf.run(generated)
    await shelf.run()  # it failed
    changed = _copy(generated, tmp_path)
    (changed / "README.md").write_text("# Other\n", "utf-8")
    (changed / "page.html").unlink()
    (changed / "notes.md").write_text("new\n", "utf-8")
    last = await shelf.run(changed)
    for against in ("previous", first):
        known = (await shelf.get(last, f"files/changes?against={against}")).json()
        assert known["run"] == first
        assert {one["path"]: one["change"] for one in known["files"]} == {
            "README.md": "changed",
            "notes.md": "added",
            "page.html": "removed",
        }
        assert known["counts"] == {"added": 1, "changed": 1, "removed": 1}
    marked = (await shelf.get(last, "files?against=previous")).json()["entries"]
    assert {e["name"]: e["change"] for e in marked if e["change"]}["page.html"] == "removed"
    diff = (await shelf.get(last, "files/diff?path=README.md")).json()
    assert diff["changed"]
    assert diff["comparison"]["added"] == 1
    assert diff["comparison"]["rows"][0]["right"]["text"] == "# Other"
    gone = (await shelf.get(last, "files/diff?path=page.html")).json()
    assert (gone["left"], gone["right"]) == ("page.html", "")
    same = (await shelf.get(last, f"files/diff?path={MAIN}&against={first}")).json()
    assert not same["changed"]
    assert [row["kind"] for row in same["comparison"]["rows"]] == ["folded"]
    assert is_problem(await shelf.get(last, "files/diff?path=nothing"), 404)
    assert is_problem(await shelf.get(first, "files/changes"), 404)
    for other in (str(uuid4()), "last week"):
        assert is_problem(await shelf.get(last, f"files/changes?against={other}"), 404)


async def test_a_file_stands_beside_its_template(shelf: Shelf, generated: Path) -> None:
    run = await shelf.run(generated)
    known = (await shelf.get(run, f"files/provenance?path={MAIN}")).json()
    assert known["template"].startswith("backend/files/")
    assert sum(origin["lines"] for origin in known["origins"]) > 10
    diff = (await shelf.get(run, f"files/diff?path={MAIN}&against=template")).json()
    assert (diff["left"], diff["run"]) == (known["template"], None)
    assert {row["kind"] for row in diff["comparison"]["rows"]} - {"same", "folded"}
    assert is_problem(await shelf.get(run, "files/diff?path=page.html&against=template"), 404)
    assert (await shelf.get(run, "files/provenance?path=page.html")).json()["origins"] == []


WHAT = (
    *("files", f"files/content?path={MAIN}", f"files/raw?path={MAIN}", "files/metrics", "archive"),
    *("search?text=main", "search?text=main&within=names", f"files/provenance?path={MAIN}"),
    *("files/changes", f"files/diff?path={MAIN}", f"files/diff?path={MAIN}&against=template"),
    "files?against=previous",
)


async def test_what_is_known_already_is_not_sent_again(shelf: Shelf, generated: Path) -> None:
    await shelf.run(generated)
    run = await shelf.run(generated)
    for what in WHAT:
        first = await shelf.get(run, what)
        assert first.status_code == 200, (what, first.text)
        tag = first.headers["etag"]
        assert tag.startswith('"')
        assert first.headers["cache-control"] == "private, no-cache"
        again = await shelf.get(run, what, If_None_Match=tag)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), what
        assert (await shelf.get(run, what, If_None_Match='"other"')).status_code == 200


async def test_a_run_that_has_not_published_says_so(shelf: Shelf, generated: Path) -> None:
    await shelf.run(generated)
    run = await shelf.run()
    for what in WHAT:
        answer = await shelf.get(run, what)
        assert is_problem(answer, 409), what
        assert "publish" in answer.json()["hint"]


async def test_nobody_elses_output_is_there_not_even_to_compare_with(
    shelf: Shelf, world: World, generated: Path
) -> None:
    theirs = await shelf.run(generated)
    bob = await world.person("bob@example.org")
    made = await bob("POST", "/projects", {"name": "Own", "model": {"text": TAGS}})
    own = Shelf(world, bob, made.json()["id"])
    run = await own.run(generated)
    for what in WHAT:
        assert is_problem(await own.get(theirs, what), 404), what
    for what in ("files/changes?", f"files/diff?path={MAIN}&", "files?"):
        assert is_problem(await own.get(run, f"{what}against={theirs}"), 404), what


def _copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))
