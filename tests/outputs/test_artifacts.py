"""A project is published whole or not at all, and comes back as it was."""

import io
import os
import shutil
import socket
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest

from blocks.artifacts import open_store
from flows.healing import can_heal
from stackwright.errors import ProjectError
from stackwright.generation.output_index import parse_index
from tasks import packing
from tasks.artifacts import (
    find_index,
    publish_output,
    published_lock,
    remove_outputs,
    restore_output,
)
from tasks.generation import dry_run
from tasks.model import check_model
from tests.flows.conftest import SHOP
from tests.outputs.conftest import PLACE, SMALL


def tree(folder: Path) -> dict[str, bytes]:
    """Path → content of every file."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_published_comes_back_as_it_was(
    generated: Path, folder_store: Path, tmp_path: Path
) -> None:
    published = publish_output(generated, PLACE)
    assert published.files > 50
    assert restore_output(PLACE, tmp_path / "back") == len(tree(generated))
    assert tree(tmp_path / "back") == tree(generated)
    assert ".stackwright/lock.json" in tree(tmp_path / "back")


def test_the_index_says_of_each_file_what_it_is(generated: Path, folder_store: Path) -> None:
    publish_output(generated, PLACE)
    index = find_index(open_store(str(folder_store)), PLACE)
    assert index is not None
    assert index.project == "shop"
    files = {name: text for name, text in tree(generated).items() if name[:13] != ".stackwright/"}
    assert index.by_path.keys() == files.keys()
    book = next(f for f in index.files if f.unit == "Book" and f.pack == "backend")
    assert (book.lines, book.size_bytes) == (files[book.path].count(b"\n"), len(files[book.path]))
    archive = folder_store / f"{PLACE}.zip"
    assert archive.stat().st_size == index.archive_bytes


def test_it_is_the_same_bytes_wherever_and_whenever(
    generated: Path, folder_store: Path, tmp_path: Path
) -> None:
    again = tmp_path / "elsewhere"
    shutil.copytree(generated, again, copy_function=shutil.copy)
    (again / ".stackwright/staging/x").mkdir(parents=True)
    (again / ".stackwright/staging/x/half.py").write_text("half")
    (again / ".stackwright/journal.new").write_text("{}")
    (again / "passwd").symlink_to("/etc/passwd")
    first, second = publish_output(generated, PLACE), publish_output(again, "projects/shop/second")
    assert first.archive == second.archive
    assert first.files == second.files


def test_files_of_the_user_and_their_rights_are_kept(
    generated: Path, folder_store: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(generated, mine)
    (mine / "logo.png").write_bytes(b"\x89PNG\0\xff")
    (mine / "run.sh").write_text("#!/bin/sh\necho\n", "utf-8")
    (mine / "run.sh").chmod(0o750)
    publish_output(mine, PLACE)
    index = find_index(open_store(str(folder_store)), PLACE)
    assert index is not None
    assert index.by_path["logo.png"].binary
    assert (index.by_path["run.sh"].kind, index.by_path["run.sh"].lines) == ("other", 2)
    restore_output(PLACE, tmp_path / "back")
    assert (tmp_path / "back/run.sh").stat().st_mode & stat.S_IXUSR


def test_publishing_the_same_again_touches_nothing(generated: Path, folder_store: Path) -> None:
    publish_output(generated, PLACE)
    before = {p: p.stat().st_mtime_ns for p in folder_store.rglob("*.*")}
    assert len(before) == 2
    publish_output(generated, PLACE)
    assert {p: p.stat().st_mtime_ns for p in folder_store.rglob("*.*")} == before


def test_without_its_index_an_archive_is_not_published(
    generated: Path, folder_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", _full)
        with pytest.raises(ProjectError, match="No space left") as caught:
            publish_output(generated, PLACE)
    assert can_heal(caught.value)
    assert (folder_store / f"{PLACE}.zip").exists()
    with pytest.raises(ProjectError, match="no published project"):
        restore_output(PLACE, tmp_path / "back")
    publish_output(generated, PLACE)
    assert restore_output(PLACE, tmp_path / "back")
    assert not list(folder_store.rglob("*.part"))


def test_a_folder_that_is_there_is_left_as_it_is(
    publish: Callable[[str], None], tmp_path: Path
) -> None:
    publish(PLACE)
    (tmp_path / "back").mkdir()
    assert restore_output(PLACE, tmp_path / "back") == 0
    assert not tree(tmp_path / "back")


def test_what_was_never_published_is_named(folder_store: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no published project at projects/none"):
        restore_output("projects/none", tmp_path / "back")


def test_a_store_that_cannot_be_written_says_so(
    generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", str(tmp_path / "file"))
    with pytest.raises(ProjectError, match="Publishing the project failed: the store") as caught:
        publish_output(generated, PLACE)
    assert not can_heal(caught.value)
    assert "STACKWRIGHT_ARTIFACTS" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../outside", stat.S_IFREG),
        ("/etc/outside", stat.S_IFREG),
        ("a/../../outside", stat.S_IFREG),
        ("a\\..\\outside", stat.S_IFREG),
        ("a/./b", stat.S_IFREG),
        ("link", stat.S_IFLNK),
        ("pipe", stat.S_IFIFO),
        ("folder/", stat.S_IFDIR),
    ],
)
def test_an_archive_cannot_write_elsewhere(tmp_path: Path, name: str, mode: int) -> None:
    with pytest.raises(ProjectError, match="no plain file"):
        packing.unpack(
            _archive({"good": b"1", name: b"/etc/passwd"}, mode), tmp_path / "in" / "out"
        )
    assert not tree(tmp_path)
    assert not list((tmp_path / "in").iterdir())


def test_an_archive_cannot_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_FILE_BYTES", 10)
    with pytest.raises(ProjectError, match=r"too large.*big passes"):
        packing.unpack(_archive({"good": b"1", "big": b"0" * 11}), tmp_path / "out")
    monkeypatch.setattr(packing, "MAX_BYTES", 10)
    with pytest.raises(ProjectError, match="too large"):
        packing.unpack(_archive({"one": b"0" * 6, "two": b"0" * 6}), tmp_path / "out")
    monkeypatch.setattr(packing, "MAX_FILES", 1)
    with pytest.raises(ProjectError, match="too large"):
        packing.unpack(_archive({"one": b"0", "two": b"0"}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_archive_is_named_as_such(tmp_path: Path) -> None:
    damaged = bytearray(_archive({"one": os.urandom(1000)}).getvalue())
    damaged[100:200] = bytes(100)
    with pytest.raises(ProjectError, match="is damaged"):
        packing.unpack(io.BytesIO(bytes(damaged)), tmp_path / "out")
    with pytest.raises(ProjectError, match="cannot be read"):
        parse_index(b"{}", "some.json")


@pytest.mark.services
def test_the_same_works_in_a_bucket(generated: Path, bucket: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no published project"):
        restore_output(PLACE, tmp_path / "back")
    publish_output(generated, PLACE)
    publish_output(generated, PLACE)
    assert restore_output(PLACE, tmp_path / "back")
    assert tree(tmp_path / "back") == tree(generated)
    remove_outputs("other")
    assert find_index(open_store(bucket), PLACE)
    remove_outputs(PLACE.split("/")[1])
    assert find_index(open_store(bucket), PLACE) is None


@pytest.mark.services
def test_a_bucket_that_does_not_exist_is_named(
    generated: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", "s3://other")
    with pytest.raises(ProjectError, match="the store s3://other says") as caught:
        publish_output(generated, PLACE)
    assert not can_heal(caught.value)


@pytest.mark.services
def test_a_bucket_that_is_away_is_worth_another_attempt(
    generated: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ProjectError, match="Could not connect") as caught:
            publish_output(generated, PLACE)
    assert can_heal(caught.value)


def _archive(files: dict[str, bytes], mode: int = stat.S_IFREG) -> io.BytesIO:
    """An archive whose last entry has this mode."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.filename = name
            is_last = name == list(files)[-1]
            info.external_attr = ((mode if is_last else stat.S_IFREG) | 0o644) << 16
            archive.writestr(info, content)
    made.seek(0)
    return made


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_dry_run_says_what_changes_against_what_was_published(
    generated: Path, folder_store: Path
) -> None:
    assert published_lock(PLACE) is None
    publish_output(generated, PLACE)
    lock = published_lock(PLACE)
    assert lock is not None
    project, _ = check_model(SHOP.encode() if "\n" in SHOP else Path(SHOP).read_bytes(), "shop")
    same, _ = dry_run(project, SMALL, None, lock)
    assert set(same.counts()) == {"unchanged"}
    without, _ = dry_run(project, SMALL.model_copy(update={"docs": False}), None, lock)
    assert without.counts()["delete"] > 0
    assert dry_run(project, SMALL, None)[0].counts().keys() == {"create"}


def test_a_damaged_archive_has_no_lock_and_says_so(generated: Path, folder_store: Path) -> None:
    publish_output(generated, PLACE)
    (folder_store / f"{PLACE}.zip").write_bytes(b"no archive")
    with pytest.raises(ProjectError, match="is damaged"):
        published_lock(PLACE)


def test_what_a_project_published_is_removed_and_nothing_else(
    generated: Path, folder_store: Path
) -> None:
    for place in ("projects/one/first", "projects/one/second", "projects/other/first"):
        publish_output(generated, place)
    for _ in range(2):  # a second time is no mistake
        remove_outputs("one")
        assert [path.name for path in (folder_store / "projects").iterdir()] == ["other"]
