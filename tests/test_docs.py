"""The documentation is complete and its links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from app.cli.commands import app
from stackwright import __version__

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
OBVIOUS = {"--help", "--install-completion", "--show-completion"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def all_text() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command with its options, as the command line offers them."""
    every = typer.main.get_command(app)
    found = dict(every.commands)  # type: ignore[attr-defined]
    inner = {
        f"{group} {name}": one
        for group in ("deploy", "credentials")
        for name, one in found.pop(group).commands.items()
    }
    for name, command in sorted({**found, **inner}.items()):
        options = [
            max(parameter.opts, key=len)
            for parameter in command.params
            if parameter.opts and parameter.opts[0].startswith("-")
        ]
        yield name, [option for option in options if option not in OBVIOUS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_there(page: Path) -> None:
    assert page.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("command", "options"), list(commands()), ids=lambda value: str(value)[:20]
)
def test_every_command_and_option_is_explained(command: str, options: list[str]) -> None:
    text = all_text()
    assert re.search(rf"(stackwright |^## |`){command}\b", text, re.MULTILINE)
    missing = [option for option in options if not re.search(rf"{option}(?![\w-])", text)]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    targets = [one or other for one, other in LINK.findall(text)]
    broken = [target for target in targets if not leads_somewhere(page, target)]
    assert not broken


def leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True  # another site, or mail: not ours to check without a network
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    if not file.exists():
        return False
    return not anchor or anchor in anchors(file)


def anchors(page: Path) -> set[str]:
    """The names that headings get where the page is shown."""
    headings = HEADING.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    plain = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z][a-z-]*)", all_text()))
    assert named
    assert named <= targets


def test_the_changelog_has_an_entry_for_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = re.search(
        rf"^## {re.escape(__version__)}\b.*?(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    assert entry
    assert "* " in entry.group()
