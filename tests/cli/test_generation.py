"""What a person or a program sees of the generation commands."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stackwright import __version__
from tasks import staging
from tests.cli.conftest import Asked

MODEL = """\
stackwright: 1
name: shop
title: Shop
entities:
  Author:
    fields:
      name: {type: string, required: true}
  Book:
    fields:
      title: {type: string, required: true}
    relations:
      author: {kind: many_to_one, target: Author, inverse: books, required: true}
"""
WITH_PRICE = MODEL.replace(
    "      title: {type: string, required: true}\n",
    "      title: {type: string, required: true}\n      price: {type: integer, min: 0}\n",
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small model on disk."""
    path = tmp_path / "shop.stackwright.yaml"
    path.write_text(MODEL, "utf-8")
    return path


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_good_model_is_ok(ask: Asked, model: Path) -> None:
    assert ask("validate", model).code == 0
    assert "2 entities, 1 relations" in ask.out
    assert ask("validate", model, "--json").json["entities"] == ["Author", "Book"]


def test_a_bad_model_ends_with_2_and_every_finding_has_a_place(ask: Asked, model: Path) -> None:
    model.write_text(MODEL.replace("Author, inverse", "Autor, inverse").replace("string", "strng"))
    assert ask("validate", model).code == 2
    assert f"{model}:7:" in ask.err
    assert "Did you mean `Author`" in ask.err
    answer = ask("validate", model, "--json")
    error = answer.json["error"]
    assert isinstance(error, dict)
    assert [finding["line"] for finding in error["findings"]] == [7, 10, 12]


@pytest.mark.parametrize("command", ["validate", "plan", "generate"])
def test_checks_that_contradict_each_other_are_told(
    ask: Asked, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "shop.stackwright.yaml"
    checks = "    checks:\n" + "".join(
        f'      {name}: {{expression: "{rule}", message: No.}}\n'
        for name, rule in (("more", "pages > 10"), ("less", "pages < 5"))
    )
    fields = "      title: {type: string, required: true}\n"
    pages = "      pages: {type: integer, required: true}\n"
    path.write_text(MODEL.replace(fields, fields + pages + checks), "utf-8")
    said = ask(command, path, *(() if command == "validate" else ("--out", tmp_path / "out")))
    assert said.code == 0
    assert f"{path}:8:3" in said.err
    assert "Book has no sample rows" in said.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "empty"),
        (b"- a\n", "mapping"),
    ],
)
def test_what_is_no_model_is_a_sentence(
    ask: Asked, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "no.stackwright.yaml"
    if content is not None:
        path.write_bytes(content)
    assert ask("validate", path).code == 2
    assert words in ask.err
    assert "Traceback" not in ask.err


def test_a_plan_of_a_new_folder_writes_nothing(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert ask("plan", model, "--out", out).code == 0
    assert "are new" in ask.out
    counts = ask("plan", model, "--out", out, "--json").json["counts"]
    assert isinstance(counts, dict)
    assert set(counts) == {"create"}
    assert not out.exists()


def test_a_generation_does_what_its_plan_said(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = ask("generate", model, "--out", out, "--dry-run", "--json").json["files"]
    assert ask("generate", model, "--out", out).code == 0
    assert isinstance(plan, list)
    written = {path for path in files(out) if not path.startswith(".stackwright/")}
    assert written == {file["path"] for file in plan}


def test_a_second_generation_changes_nothing(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out)
    before = files(out)
    assert ask("generate", model, "--out", out).code == 0
    assert "nothing to change" in ask.out
    assert files(out) == before


def test_a_new_field_gives_the_same_tree_as_a_fresh_generation(
    ask: Asked, model: Path, tmp_path: Path
) -> None:
    grown, fresh = tmp_path / "grown", tmp_path / "fresh"
    ask("generate", model, "--out", grown)
    model.write_text(WITH_PRICE)
    planned = ask("plan", model, "--out", grown, "--json").json["files"]
    answer = ask("generate", model, "--out", grown, "--json").json["receipt"]
    ask("generate", model, "--out", fresh)
    assert isinstance(answer, dict)
    assert isinstance(planned, list)
    assert answer["updated"] == [f["path"] for f in planned if f["action"] == "update"]
    one, two = files(grown), files(fresh)
    assert {path: one[path] for path in one if not path.endswith(".zip")} == {
        path: two[path] for path in two if not path.endswith(".zip")
    }


def test_an_edit_is_kept_and_reported(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out)
    edited = out / "README.md"
    edited.write_text("mine\n")
    model.write_text(WITH_PRICE)
    assert ask("generate", model, "--out", out).code == 0
    assert "README.md" in ask.out
    assert edited.read_text() == "mine\n"


def test_an_edit_that_misses_something_new_is_told(ask: Asked, model: Path, tmp_path: Path) -> None:
    ask("generate", model, "--out", tmp_path / "out")
    edited = tmp_path / "out" / "backend" / "app" / "models" / "book.py"
    edited.write_text(edited.read_text("utf-8") + "# mine\n", "utf-8")
    model.write_text(WITH_PRICE, "utf-8")
    ask("generate", model, "--out", tmp_path / "out")
    assert "A file that you edited misses what is new: backend/app/models/book.py" in ask.flat
    assert "0001_initial.py changes." in ask.flat
    assert "edited by you; the new version is not applied" in ask.flat
    planned = ask("plan", model, "--out", tmp_path / "out", "--json")
    assert planned.json["notes"]


def test_another_project_is_not_overwritten(ask: Asked, model: Path, tmp_path: Path) -> None:
    ask("generate", model, "--out", tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    model.write_text(MODEL.replace("name: shop", "name: store"), "utf-8")
    refused = ask("generate", model, "--out", tmp_path / "out")
    assert refused.code == 2
    assert "holds the project shop" in refused.err
    assert {path: path.read_bytes() for path in before} == before
    assert ask("generate", model, "--out", tmp_path / "out", "--renamed-from", "shop").code == 0
    assert ask("generate", model, "--out", tmp_path / "out").code == 0


@pytest.mark.parametrize("option", ["--out", "--entities", "--platforms"])
def test_an_empty_option_is_refused(ask: Asked, model: Path, tmp_path: Path, option: str) -> None:
    out = () if option == "--out" else ("--out", tmp_path / "out")
    assert ask("generate", model, *out, option, "").code == 2
    assert "It is empty" in ask.err
    assert not (tmp_path / "out").exists()


def test_the_root_of_the_file_system_is_no_project(ask: Asked, model: Path) -> None:
    assert ask("plan", model, "--out", "/").code == 2
    assert "root of the file system" in ask.err


def test_choices_are_remembered(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ask(
        "generate", model, "--out", out, "--style", "minimal", "--no-docker", "--database", "sqlite"
    )
    assert ask("generate", model, "--out", out, "--json").json["plan"] == {
        "unchanged": len([path for path in files(out) if not path.startswith(".stackwright/")])
    }


def test_an_incomplete_selection_says_what_is_missing_for_what(
    ask: Asked, model: Path, tmp_path: Path
) -> None:
    assert ask("plan", model, "--out", tmp_path / "out", "--entities", "Book").code == 2
    assert "Book needs Author" in ask.err
    assert "--entities Author,Book" in ask.err
    assert ask("plan", model, "--out", tmp_path / "out", "--entities", "Author").code == 0


@pytest.mark.parametrize(
    "words",
    [["--platforms", "desktop"], ["--style", "baroque"], ["--entities", "Nobody"], ["--colour"]],
)
def test_a_wrong_option_ends_with_2(
    ask: Asked, model: Path, tmp_path: Path, words: list[str]
) -> None:
    assert ask("plan", model, "--out", tmp_path / "out", *words).code == 2


def test_an_estimate_learns_from_earlier_runs(ask: Asked, model: Path, tmp_path: Path) -> None:
    first = ask("estimate", model, "--json").json
    assert first["duration"] is None
    ask("generate", model, "--out", tmp_path / "out")
    second = ask("estimate", model, "--json").json
    assert isinstance(second["duration"], dict)
    assert second["duration"]["runs"] == 1
    total = second["total"]
    assert isinstance(total, dict)
    written = [path for path in files(tmp_path / "out") if not path.startswith(".stackwright/")]
    assert total["files"] == len(written)
    assert ask("estimate", model).code == 0
    assert "risk   low" in ask.out


def test_a_folder_that_is_a_file_is_a_sentence(ask: Asked, model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert ask("generate", model, "--out", tmp_path / "file").code == 2
    assert "is a file" in ask.err
    assert ask("generate", model, "--out", tmp_path / "file" / "below").code == 1


@pytest.mark.parametrize("is_new", [True, False])
def test_a_failure_leaves_nothing_behind(
    ask: Asked, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    out = tmp_path / "out"
    if not is_new:
        ask("generate", model, "--out", out)
        model.write_text(WITH_PRICE, "utf-8")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    stage = staging.stage

    def full(aside: Path, path: str, content: bytes) -> None:
        if "schemas" in path:
            raise OSError(errno.ENOSPC, "full")
        stage(aside, path, content)

    monkeypatch.setattr(staging, "stage", full)
    failed = ask("generate", model, "--out", out)
    assert (failed.code, "the disk is full" in failed.err) == (1, True)
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


def test_an_answer_that_cannot_be_written_is_a_sentence(model: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", "validate", model],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_lock_is_a_sentence(ask: Asked, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out)
    (out / ".stackwright" / "lock.json").write_text("<<<<<<< HEAD")
    assert ask("generate", model, "--out", out).code == 2
    assert "lock.json is damaged" in ask.err


def test_the_schema_is_json(ask: Asked) -> None:
    assert ask("schema").json["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_doctor_knows_the_template_packs(ask: Asked) -> None:
    assert ask("doctor", "--json").json["version"] == __version__


def test_light_commands_never_load_the_orchestrator(model: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom app.cli.commands import run\n"
        "codes = [run(words.split('|')) for words in sys.argv[1:]]\n"
        "assert codes == [0, 0, 0], codes\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('prefect', 'fastapi')]\n"
    )
    lines = [
        f"validate|{model}",
        f"plan|{model}|--out|{tmp_path}/o",
        f"generate|{model}|--out|{tmp_path}/o",
    ]
    done = subprocess.run(
        [sys.executable, "-c", program, *lines],
        env={**os.environ, "STACKWRIGHT_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_version_is_answered_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"stackwright {__version__}\n"
