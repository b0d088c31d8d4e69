"""Packs are read from disk, their rules applied, their lines traced."""

from pathlib import Path

import pytest

from stackwright.errors import ProjectError
from stackwright.rendering.environment import Renderer
from stackwright.rendering.origins import trace, without_marks
from stackwright.rendering.pack import Pack, holds, read_pack


def build_tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


DESCRIPTION = """\
name: demo
title: Demo
platform: backend
version: 1
rules:
  - {match: "**", reads: names}
  - {match: "app/tests/**", kind: test, when: [tests]}
  - {match: "**/*.md", kind: doc}
"""


def pack(root: Path, **files: str) -> Pack:
    tree = {
        "template.yaml": DESCRIPTION,
        **{name.replace("__", "/"): text for name, text in files.items()},
    }
    return read_pack(build_tree(root, tree))


def test_all_matching_rules_apply_and_later_ones_win(tmp_path: Path) -> None:
    tree = {
        "template.yaml": DESCRIPTION,
        "files/app/tests/notes.md": "x",
        "files/app/main.py.jinja": "y",
    }
    entries = {entry.output: entry for entry in read_pack(build_tree(tmp_path, tree)).entries}
    notes, main = entries["app/tests/notes.md"], entries["app/main.py"]
    assert (notes.kind, notes.reads, notes.when, notes.is_template) == (
        "doc",
        "names",
        ("tests",),
        False,
    )
    assert (main.kind, main.reads, main.when, main.is_template) == ("code", "names", (), True)


def test_a_place_for_the_entity_in_the_path_makes_a_file_an_entity(tmp_path: Path) -> None:
    tree = {"template.yaml": DESCRIPTION, "files/app/{entity.module}/{entity.name}.py.jinja": "x"}
    (entry,) = read_pack(build_tree(tmp_path, tree)).entries
    assert entry.is_per_entity
    assert entry.path({"module": "book", "name": "Book"}) == "app/book/Book.py"


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        ((), True),
        (("tests",), True),
        (("!tests",), False),
        (("docker",), False),
        (("!docker",), True),
        (("unheard_of",), False),
        (("style=standard|enterprise",), True),
        (("style=minimal",), False),
        (("!style=minimal",), True),
        (("platforms=frontend",), True),
        (("tests", "style=minimal"), False),
    ],
)
def test_all_conditions_must_hold(conditions: tuple[str, ...], answer: bool) -> None:
    facts = {
        "tests": True,
        "docker": False,
        "style": "standard",
        "platforms": ["backend", "frontend"],
    }
    assert holds(conditions, facts) is answer


def test_a_changed_macro_changes_the_templates_and_not_the_static_files(tmp_path: Path) -> None:
    tree = {
        "template.yaml": DESCRIPTION,
        "files/a.py.jinja": "x",
        "files/b.txt": "x",
        "macros/m.jinja": "1",
    }
    before = read_pack(build_tree(tmp_path, tree))
    after = read_pack(build_tree(tmp_path, {"macros/m.jinja": "2"}))
    changed = [
        new.output for new, old in zip(after.entries, before.entries, strict=True) if new != old
    ]
    assert changed == ["a.py"]


def test_every_line_is_traced_to_its_template_line_and_element(tmp_path: Path) -> None:
    loop = "<% for field in entity.fields %>\n    << field.name >> = 1\n<% endfor %>\n"
    template = f"class << entity.name >>:\n{loop}end\n"
    tree = {"template.yaml": DESCRIPTION, "files/a.py.jinja": template}
    renderer = read_pack(build_tree(tmp_path, tree)).renderer(None)
    fields = [{"name": name, "where": f"entities.Book.fields.{name}"} for name in ("isbn", "title")]
    marked, elements = renderer.render(
        "files/a.py.jinja", {"entity": {"name": "Book", "fields": fields}}, 4
    )
    assert without_marks(marked) == "class Book:\n    isbn = 1\n    title = 1\nend\n"
    runs = [(run.lines, run.line, run.element) for run in trace(marked, elements, renderer.lines)]
    assert runs[:4] == [
        (1, 1, ""),
        (1, 3, "entities.Book.fields.isbn"),
        (1, 3, "entities.Book.fields.title"),
        (1, 5, ""),
    ]


def test_a_users_guillemets_are_not_taken_for_marks(tmp_path: Path) -> None:
    tree = {"template.yaml": DESCRIPTION, "files/a.txt.jinja": "f(«¦<< text >>¦»)"}
    renderer = read_pack(build_tree(tmp_path, tree)).renderer(None)
    marked, _ = renderer.render("files/a.txt.jinja", {"text": "«¦¶»"}, 2)
    assert without_marks(marked) == "f(«¦¶»)"


def test_compiled_templates_are_kept_on_disk(tmp_path: Path) -> None:
    tree = {"template.yaml": DESCRIPTION, "files/a.txt.jinja": "<< text >>"}
    read = read_pack(build_tree(tmp_path / "pack", tree))
    read.renderer(tmp_path / "cache").render("files/a.txt.jinja", {"text": "x"}, 2)
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("text", ["name: demo", "- a", "name: [", f"{DESCRIPTION}unknown: 1"])
def test_a_damaged_description_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProjectError, match=r"template\.yaml is not a template description"):
        read_pack(build_tree(tmp_path, {"template.yaml": text}))


def test_a_missing_description_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"template\.yaml cannot be read"):
        read_pack(tmp_path)


def test_templates_compiled_by_another_version_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("earlier", "later"):
        monkeypatch.setattr("stackwright.rendering.environment._compiler", lambda v=version: v)
        Renderer({"a": "<< text >>"}, "same", tmp_path).render("a", {"text": "x"}, 2)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
