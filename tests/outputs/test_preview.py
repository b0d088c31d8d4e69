"""What people see of a published project: folders, search, changes, figures."""

import time

import pytest

from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.generation.preview.changes import Change, changed_paths, changes
from stackwright.generation.preview.folder import folder
from stackwright.generation.preview.metrics import metrics
from stackwright.generation.preview.provenance import copied, traced
from stackwright.generation.preview.search import A_FILE, find_names, find_text


def index(files: dict[str, str]) -> OutputIndex:
    """An index of text files (path → content, which is also the digest)."""
    return OutputIndex(
        format=1,
        project="shop",
        model="m",
        config=Config(),
        stackwright="0",
        archive="a",
        archive_bytes=1,
        files=tuple(
            OutputFile(
                path=path,
                digest=text,
                size_bytes=len(text),
                lines=text.count("\n"),
                tests=int("test" in path),
                kind="test" if "test" in path else "code",
                pack=path.partition("/")[0],
                unit="Book" if "book" in path.lower() else "project",
            )
            for path, text in sorted(files.items())
        ),
    )


FILES = {
    "README.md": "read\n",
    "backend/Makefile": "all:\n",
    "backend/app/book.py": "class Book:\n    pass\n",
    "backend/app/main.py": "main()\n",
    "backend/tests/test_book.py": "def test_book(): ...\n",
    "frontend/src/book.tsx": "export const book = 1;\n",
}


def test_a_folder_shows_its_folders_first_with_what_is_below() -> None:
    root = folder(index(FILES), "", {})
    assert [entry.name for entry in root.entries] == ["backend", "frontend", "README.md"]
    assert [(entry.files, entry.lines) for entry in root.entries] == [(4, 5), (1, 1), (1, 1)]
    below = folder(index(FILES), "/backend/", {})
    assert [(e.path, e.is_folder) for e in below.entries] == [
        ("backend/app", True),
        ("backend/tests", True),
        ("backend/Makefile", False),
    ]
    assert folder(index({}), "", {}).entries == ()


def test_a_folder_that_is_not_there_is_no_empty_folder() -> None:
    for name in ("nothing", "back", "README.md"):
        with pytest.raises(ProjectError, match="no folder") as caught:
            folder(index(FILES), name, {})
        assert caught.value.http_status == 404


def test_changes_are_told_between_two_outputs_and_seen_in_folders() -> None:
    older = index({**FILES, "backend/app/old.py": "x\n", "README.md": "older\n"})
    newer = index({**FILES, "frontend/new.ts": "1\n"})
    found = changes(newer, older)
    assert found == {
        "README.md": Change.CHANGED,
        "backend/app/old.py": Change.REMOVED,
        "frontend/new.ts": Change.ADDED,
    }
    assert changed_paths(found) == {Change.ADDED: 1, Change.REMOVED: 1, Change.CHANGED: 1}
    root = folder(newer, "", found)
    assert [(e.name, e.changed, e.change) for e in root.entries] == [
        ("backend", 1, None),
        ("frontend", 1, None),
        ("README.md", 0, Change.CHANGED),
    ]
    assert root.entries[0].files == 4
    app = folder(newer, "backend/app", found)
    assert [e.change for e in app.entries if e.name == "old.py"] == [Change.REMOVED]
    assert changes(newer, newer) == {}


def test_names_are_found_by_all_of_the_words_and_best_by_the_name_itself() -> None:
    found = find_names(index(FILES), "BOOK py")
    assert [f.path for f in found.files] == ["backend/app/book.py", "backend/tests/test_book.py"]
    assert find_names(index(FILES), "backend").files[0].path == "backend/Makefile"
    assert find_names(index(FILES), "  ").files == ()
    few = find_names(index(FILES), "book", limit=2)
    assert (len(few.files), few.further) == (2, 1)


def test_text_is_found_literally_whatever_its_capitals() -> None:
    found = find_text(FILES.items(), "BOOK")
    assert [(h.path, h.line) for h in found.hits] == [
        ("backend/app/book.py", 1),
        ("backend/tests/test_book.py", 1),
        ("frontend/src/book.tsx", 1),
    ]
    assert (found.hits[0].before, found.hits[0].match, found.hits[0].after) == (
        "class ",
        "Book",
        ":",
    )
    assert find_text([("a", "x.y\nxay\n")], "x.y").hits[0].line == 1
    assert find_text([("a", "x.y\nxay\n")], "x.y").files == 1
    assert find_text(FILES.items(), "").hits == ()


def test_hits_are_limited_and_the_rest_is_counted() -> None:
    files = [(f"file{number}", "a hit\n" * 9) for number in range(10)]
    found = find_text(files, "hit", limit=12)
    assert len(found.hits) == 12
    assert max(sum(h.path == path for h in found.hits) for path, _ in files) == A_FILE
    assert (found.further, found.files) == (78, 10)


def test_a_long_line_is_cut_to_a_window_around_the_hit() -> None:
    hit = find_text([("a", "x" * 5000 + "needle" + "y" * 5000)], "needle").hits[0]
    assert hit.before.endswith("x")
    assert hit.before[0] == hit.after[-1] == "…"
    assert len(hit.before + hit.match + hit.after) < 200


def test_letters_that_change_their_length_are_no_trouble() -> None:
    hit = find_text([("a", "İİİ Straße needle\r\n")], "NEEDLE").hits[0]
    assert (hit.before, hit.match, hit.after) == ("İİİ Straße ", "needle", "")


def test_figures_add_up_by_every_sort() -> None:
    known = metrics(index(FILES))
    assert (known.total.files, known.total.lines, known.total.tests) == (6, 7, 1)
    for sort in (known.packs, known.kinds, known.units, known.extensions):
        assert sum(figure.files for figure in sort) == 6
        assert sum(figure.size_bytes for figure in sort) == known.total.size_bytes
    assert [f.name for f in known.extensions][:1] == ["py"]
    assert {f.name for f in known.extensions} == {"py", "md", "makefile", "tsx"}


def test_lines_lead_to_the_template_line_and_the_element() -> None:
    runs: list[list[str | int]] = [
        [2, "files/a.py.jinja", 1, ""],
        [3, "macros/m.jinja", 7, "entities.Book.fields.title"],
    ]
    known = traced("a.py", "backend", "Book", runs, 4)
    assert known.template == "backend/files/a.py.jinja"
    assert [(o.first, o.lines, o.template, o.line) for o in known.origins] == [
        (1, 2, "backend/files/a.py.jinja", 1),
        (3, 2, "backend/macros/m.jinja", 7),
    ]
    assert known.origins[1].element == "entities.Book.fields.title"
    whole = copied("x", "backend", "project", "backend/files/x", 2)
    assert whole.copied
    assert [o.line for o in whole.origins] == [1, 2]


def test_a_folder_of_a_large_project_is_listed_at_once() -> None:
    many = index({f"part{n % 40}/sub{n % 7}/file{n}.py": "x\n" for n in range(5000)})
    began = time.perf_counter()
    assert len(folder(many, "", {}).entries) == 40
    assert time.perf_counter() - began < 0.1
