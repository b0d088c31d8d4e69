"""A project that was generated elsewhere is taken over as if it had been generated here, or not at all."""

import io
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from flows.stories.generation import generate_locally
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.lock import LOCK, digest
from stackwright.generation.plan import STALE
from stackwright.generation.request import GenerateRequest, GenerationReport
from tasks import packing, staging
from tasks.adoption import adopt
from tests.flows.conftest import SHOP
from tests.outputs.conftest import SMALL
from tests.outputs.test_artifacts import tree

WITH_PRICE = SHOP.replace("      title:", "      price: {type: integer, min: 0}\n      title:")
BOOK = "backend/app/models/book.py"

Pack = Callable[[Path], Path]
Entries = dict[str, bytes]


@pytest.fixture(autouse=True)
def _own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.history.history_file", lambda: tmp_path / "history.jsonl")


def generate(out: Path, model: str = SHOP, config: Config = SMALL) -> GenerationReport:
    request = GenerateRequest(model=model, out=str(out), config=config)
    return generate_locally(request, lambda _: None)


@pytest.fixture
def archive(generated: Path, tmp_path: Path) -> Path:
    """The shop as a server sends it."""
    return packed(generated, tmp_path / "sent.zip")


def packed(folder: Path, to: Path) -> Path:
    with to.open("w+b") as file:
        packing.pack(folder, file, lambda *_: None)
    return to


def grown(tmp_path: Path, model: str = WITH_PRICE, config: Config = SMALL) -> Path:
    """A later state of the shop as a server sends it."""
    generate(tmp_path / "server", config=SMALL)
    generate(tmp_path / "server", model, config)
    return packed(tmp_path / "server", tmp_path / "later.zip")


def test_a_new_folder_is_as_if_it_had_been_generated_here(
    archive: Path, generated: Path, tmp_path: Path
) -> None:
    plan, receipt = adopt(archive, "shop", tmp_path / "new", "")
    assert tree(tmp_path / "new") == tree(generated)
    assert set(plan.counts()) == {"create"}
    assert receipt.files == len(receipt.created) == plan.counts()["create"]
    assert receipt.lines > 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "sent.zip"]


def test_a_generation_here_afterwards_changes_nothing(archive: Path, tmp_path: Path) -> None:
    adopt(archive, "shop", tmp_path / "out")
    before = tree(tmp_path / "out")
    assert set(generate(tmp_path / "out").plan) == {"unchanged"}
    assert tree(tmp_path / "out") == before


def test_after_a_generation_here_nothing_is_taken_over(archive: Path, tmp_path: Path) -> None:
    generate(tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    plan, receipt = adopt(archive, "shop", tmp_path / "out")
    assert plan.changes_nothing
    assert (receipt.created, receipt.updated, receipt.deleted, receipt.kept) == ((), (), (), {})
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_a_change_arrives_as_a_generation_here_would_make_it(tmp_path: Path) -> None:
    generate(tmp_path / "taken")
    generate(tmp_path / "made")
    _, receipt = adopt(grown(tmp_path), "shop", tmp_path / "taken")
    report = generate(tmp_path / "made", WITH_PRICE)
    assert tree(tmp_path / "taken") == tree(tmp_path / "made")
    assert receipt.updated == report.receipt.updated
    assert BOOK in receipt.updated


def test_edits_and_deletions_are_kept_as_a_generation_here_would_keep_them(tmp_path: Path) -> None:
    for out in (tmp_path / "taken", tmp_path / "made"):
        generate(out)
        (out / BOOK).write_text("mine\n", "utf-8")
        (out / "README.md").unlink()
        (out / "mine.txt").write_text("mine\n", "utf-8")
    _, receipt = adopt(grown(tmp_path), "shop", tmp_path / "taken")
    report = generate(tmp_path / "made", WITH_PRICE)
    assert receipt.kept == report.receipt.kept
    assert receipt.kept[BOOK] == STALE
    assert receipt.kept["README.md"] == "deleted by you"
    assert tree(tmp_path / "taken") == tree(tmp_path / "made")
    assert (tmp_path / "taken" / "mine.txt").read_text("utf-8") == "mine\n"


def test_files_that_were_there_before_are_kept_and_equal_ones_adopted(
    archive: Path, generated: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / BOOK).parent.mkdir(parents=True)
    (out / BOOK).write_bytes((generated / BOOK).read_bytes())
    (out / "README.md").write_text("mine\n", "utf-8")
    plan, receipt = adopt(archive, "shop", out)
    assert receipt.kept == {"README.md": "a file of yours has this name"}
    assert plan.adopted == (BOOK,)
    assert (out / "README.md").read_text("utf-8") == "mine\n"
    assert tree(out).keys() == tree(generated).keys()


def test_what_is_no_longer_generated_is_removed_unless_it_was_edited(tmp_path: Path) -> None:
    out, later = tmp_path / "out", SMALL.model_copy(update={"docs": False})
    generate(out)
    docs = [path for path in tree(out) if path.startswith("docs/")]
    (out / docs[0]).write_text("mine\n", "utf-8")
    _, receipt = adopt(grown(tmp_path, SHOP, later), "shop", out)
    assert {*receipt.deleted} >= {*docs[1:]}
    assert receipt.kept == {docs[0]: "no longer part of the project, but edited by you"}
    assert set(generate(out, config=later).plan) == {"unchanged", "kept"}


def test_another_project_is_neither_replaced_nor_taken(archive: Path, tmp_path: Path) -> None:
    generate(tmp_path / "out", SHOP.replace("name: shop", "name: store"))
    before = tree(tmp_path / "out")
    with pytest.raises(ProjectError, match="holds the project store"):
        adopt(archive, "shop", tmp_path / "out")
    with pytest.raises(ProjectError, match="it is 'shop', not store"):
        adopt(archive, "store", tmp_path / "out")
    assert tree(tmp_path / "out") == before
    _, receipt = adopt(archive, "shop", tmp_path / "out", "store")
    assert receipt.updated


def test_a_full_disk_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "out")
    before, archive = tree(tmp_path / "out"), grown(tmp_path)
    stage = staging.stage

    def full(aside: Path, path: str, content: bytes) -> None:
        if path == LOCK:
            raise OSError(28, "No space left on device")
        stage(aside, path, content)

    monkeypatch.setattr(staging, "stage", full)
    with pytest.raises(ProjectError, match="the disk is full"):
        adopt(archive, "shop", tmp_path / "out")
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("path", "changed", "words"),
    [
        ("../outside", {}, "no plain file"),
        ("/etc/outside", {}, "no plain file"),
        (".git/hooks/post-checkout", {}, "no generation makes"),
        ("backend/.GIT/config", {}, "no generation makes"),
        (".stackwright/journal.json", {}, "no generation makes"),
        ("say\x1b[2J", {}, "no generation makes"),
        ("README.md/below", {}, "README.md is missing"),
        ("good.txt", {"pack": "../../.."}, "is of a part"),
        ("good.txt", {"unit": "a/b"}, "is of a part"),
        ("good.txt", {"content": "0" * 32}, "not as it was generated"),
        ("good.txt", {"size_bytes": 1}, "not as it was generated"),
        ("good.txt", {"kind": "virus"}, "lock is damaged"),
    ],
)
def test_a_hostile_archive_is_refused_whole(
    archive: Path, tmp_path: Path, path: str, changed: Mapping[str, object], words: str
) -> None:
    entries = contents(archive)
    lock, content = json.loads(entries[LOCK]), b"evil\n"
    known = {**lock["files"]["README.md"], "content": digest(content), "size_bytes": len(content)}
    lock["files"][path] = {**known, **changed}
    hostile = pack({**entries, path: content, LOCK: json.dumps(lock).encode()}, archive)
    must_refuse(hostile, tmp_path, words)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (LOCK, None, "lock.json is missing"),
        (LOCK, b"{}", "it is '', not shop"),
        (LOCK, b'{"project": "shop"}', "nothing was generated"),
        (LOCK, b"\xff", "damaged"),
        (LOCK, b'{"format": 9}', "newer than this one"),
        (BOOK, None, f"{BOOK} is missing"),
        (BOOK, b"evil", "not as it was generated"),
        (".stackwright/model.json", None, "model.json is missing"),
        (".stackwright/model.json", b"[]", "its model is damaged"),
        (".stackwright/pristine/backend/Book.zip", b"evil", "damaged"),
        (".stackwright/pristine/backend/Book.zip", None, "Book.zip is missing"),
    ],
)
def test_a_damaged_project_is_refused_whole(
    archive: Path, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    entries = contents(archive)
    if content is None:
        del entries[name]
    else:
        entries[name] = content
    must_refuse(pack(entries, archive), tmp_path, words)


def test_a_link_is_refused(archive: Path, tmp_path: Path) -> None:
    hostile = pack({**contents(archive), "link": b"/etc/passwd"}, archive, link="link")
    must_refuse(hostile, tmp_path, "no plain file")


def test_an_archive_that_fills_the_disk_is_refused(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = pack({**contents(archive), "bomb": bytes(3_000_000)}, archive)
    monkeypatch.setattr(packing, "MAX_FILE_BYTES", 2_000_000)
    must_refuse(bomb, tmp_path, "too large")


def test_a_bomb_in_what_is_remembered_is_refused(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as kept:
        kept.writestr("origins.json", b" " * 3_000_000)
    name = ".stackwright/pristine/backend/Book.zip"
    bomb = pack({**contents(archive), name: inner.getvalue()}, archive)
    monkeypatch.setattr(packing, "MAX_FILE_BYTES", 2_000_000)
    must_refuse(bomb, tmp_path, "too large")


@pytest.mark.parametrize("at", [0.2, 0.5, 0.999])
def test_a_cut_or_changed_archive_is_refused(archive: Path, tmp_path: Path, at: float) -> None:
    whole = archive.read_bytes()
    cut = int(len(whole) * at)
    archive.write_bytes(whole[:cut])
    must_refuse(archive, tmp_path, "damaged")
    for place in range(100, cut, cut // 7):
        archive.write_bytes(whole[:place] + bytes(50) + whole[place + 50 :])
        must_refuse(archive, tmp_path, "Nothing was changed here|no plain file")


def must_refuse(archive: Path, tmp_path: Path, words: str) -> None:
    """Neither a new folder nor one with another state is touched."""
    (tmp_path / "in").mkdir(exist_ok=True)
    with pytest.raises(ProjectError, match=words):
        adopt(archive, "shop", tmp_path / "in" / "new")
    assert not list((tmp_path / "in").iterdir())
    assert not (tmp_path / "outside").exists()


def contents(archive: Path) -> Entries:
    with zipfile.ZipFile(archive) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def pack(entries: Entries, to: Path, link: str = "") -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = ((stat.S_IFLNK if name == link else stat.S_IFREG) | 0o644) << 16
            made.writestr(info, content)
    return to
