"""Pages, fragments and problem cards, without a browser."""

import html
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.web import bundle
from app.web.rendering import TitleBlock, environment
from app.web.showcase import FOLDER, ORDER, Example, parts
from tests.web.conftest import PIECE

EXAMPLES = [(part.name, example) for part in parts() for example in part.examples]
HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}&amp;"
STRUCTURE = {"state", "kind", "name", "id", "part", "type", "level", "status", "sort", "method"}


def render(name: str, arguments: dict[str, Any]) -> str:
    source = (
        "{% import 'parts/' ~ name ~ '.html.jinja' as part %}"
        "{% if has_inside %}{% call part[name](**arguments) %}{{ inside }}{% endcall %}"
        "{% else %}{{ part[name](**arguments) }}{% endif %}"
    )
    has_inside = "caller()" in (FOLDER / f"{name}.html.jinja").read_text(encoding="utf-8")
    template = environment().from_string(source)
    return template.render(
        name=name, arguments=arguments, has_inside=has_inside, inside=HOSTILE if has_inside else ""
    )


def hostile(value: Any, key: str = "") -> Any:
    """The same arguments with every free text replaced."""
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) and key not in STRUCTURE else value


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda one: getattr(one, "state", one))
def test_a_part_escapes_whatever_it_is_given(name: str, example: Example) -> None:
    shown = render(name, hostile(example.arguments))
    assert "<script" not in shown
    assert "&#34;&gt;&lt;script" in shown or "&#39;&gt;&lt;script" in shown or name == "badge"
    assert HOSTILE[:4] not in shown


def test_every_part_has_a_macro_a_style_examples_and_a_place() -> None:
    macros = {path.name.split(".")[0] for path in FOLDER.glob("*.jinja")} - {"exchange"}
    styles = {path.stem for path in (FOLDER.parent / "assets" / "parts").glob("*.css")}
    assert set(ORDER) == macros == styles == {path.stem for path in FOLDER.glob("*.yaml")}
    sheet = (FOLDER.parent / "assets" / "app.css").read_text(encoding="utf-8")
    assert not [name for name in ORDER if f"./parts/{name}.css" not in sheet]


async def test_the_page_of_parts_shows_all_of_them_in_order(client: httpx.AsyncClient) -> None:
    answer = await client.get("/parts")
    assert answer.status_code == 200
    assert re.findall(r'data-specimen="(\w+)"', answer.text) == list(ORDER)
    assert all(f'href="#{name}"' in answer.text for name in ORDER)
    ids = re.findall(r'\bid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    assert " style=" not in answer.text
    assert "<style" not in answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=", answer.text)


async def test_the_address_holds_filter_view_and_order(client: httpx.AsyncClient) -> None:
    found = await client.get("/parts", params={"find": "TREE"})
    assert re.findall(r'data-specimen="(\w+)"', found.text) == ["tree"]
    view = await client.get("/parts", params={"view": "kept"})
    assert re.search(r'href="\?view=kept" aria-current="page"', view.text)
    order = (await client.get("/parts", params={"sort": "run"})).text
    assert re.search(r'aria-sort="ascending"><a href="\?sort=run', order)
    assert order.index(">bookshop<") < order.index(">property-agency<")


async def test_a_fragment_is_a_piece_or_a_page(client: httpx.AsyncClient) -> None:
    piece = await client.get("/parts/folder", headers=PIECE)
    page = await client.get("/parts/folder")
    assert piece.text.strip().startswith("<li>")
    assert piece.text.strip() in page.text
    assert "<h1>frontend</h1>" in page.text


async def test_a_form_comes_back_with_what_is_wrong(client: httpx.AsyncClient) -> None:
    answer = await client.post("/parts/form", data={"environment": ""}, headers=PIECE)
    assert answer.status_code == 422
    assert 'href="#field-environment"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "This page does not exist"),
        ("/theme", 405, "This cannot be done here"),
        ("/number/none", 422, "path.number"),
        ("/number/none", 422, "Mend what is listed"),
        ("/refused", 422, "no &lt;i&gt;such&lt;/i&gt; thing"),
        ("/broken", 500, "Something broke in Stackwright"),
        ("/away", 503, 'href="/away">Try again'),
    ],
)
async def test_a_failure_is_a_card_with_cause_and_fix(
    client: httpx.AsyncClient, path: str, status: int, said: str
) -> None:
    page = await client.get(path)
    piece = await client.get(path, headers=PIECE)
    assert page.status_code == piece.status_code == status
    assert said in page.text
    assert said in piece.text
    assert "<html" in page.text
    assert "<html" not in piece.text
    assert "hunter2" not in page.text
    assert "<script>alert" not in page.text


async def test_programs_get_what_they_got_before(client: httpx.AsyncClient) -> None:
    program = await client.get("/api/number/none")
    other = await client.get("/number/none", headers={"Accept": "application/json"})
    assert program.json()["detail"][0]["loc"] == ["path", "number"]
    assert other.json() == program.json()


async def test_a_failure_keeps_its_headers(client: httpx.AsyncClient) -> None:
    assert (await client.get("/away")).headers["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/parts", "/nowhere"])
async def test_missing_files_are_said_and_not_a_crash(
    client: httpx.AsyncClient, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "BUILT", tmp_path)
    answer = await client.get(path)
    assert answer.status_code == 503
    assert "make setup" in html.unescape(answer.text)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_server_writes_the_chosen_theme_into_the_page(
    client: httpx.AsyncClient, theme: str
) -> None:
    chosen = await client.post("/theme", data={"theme": theme, "back": "/parts?view=kept"})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/parts?view=kept")
    assert f'data-theme="{theme}"' in (await client.get("/parts")).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_the_way_back_stays_in_this_installation(
    client: httpx.AsyncClient, back: str
) -> None:
    answer = await client.post("/theme", data={"theme": "blink", "back": back})
    assert answer.headers["Location"] == "/"
    assert "set-cookie" not in answer.headers


def test_the_title_block_holds_what_is_known_and_nothing_else() -> None:
    labels = [row["label"] for row in TitleBlock(model="a", fingerprint="b").rows("Plan")]
    assert labels == ["sheet", "model", "fingerprint", "edition"]
