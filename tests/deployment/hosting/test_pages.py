"""The built front end as browsers get it."""

import gzip
from pathlib import Path

import httpx
import pytest

from tasks.host.pages import make_application, read_pages


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    for name in ("new", "old"):
        assets = tmp_path / name / "assets"
        assets.mkdir(parents=True)
        (assets / f"{name}.js").write_text(f"// {name}\n" * 100, "utf-8")
        (tmp_path / name / "index.html").write_text(f"<h1>{name}</h1>", "utf-8")
        (tmp_path / name / f"{name}.txt").write_text(name, "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (tmp_path / "new" / "link.txt").symlink_to(tmp_path / "secret.txt")
    application = make_application(read_pages([tmp_path / "new", tmp_path / "old"]))
    transport = httpx.ASGITransport(application)  # type: ignore[arg-type]  # ours says the same with Mapping
    return httpx.AsyncClient(transport=transport, base_url="http://site")


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/books/7/edit", "/assets", "/link.txt", "/old.txt"]
)
async def test_every_address_that_is_no_file_is_the_application(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.text) == (200, "<h1>new</h1>")
    assert answer.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["new", "old"])
async def test_assets_are_kept_for_a_year_also_those_of_the_release_before(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await client.get(f"/assets/{name}.js", headers={"accept-encoding": "gzip"})
    assert answer.text.startswith(f"// {name}")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) == len(gzip.compress(answer.content, 6, mtime=0))
    again = await client.get(
        f"/assets/{name}.js", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_an_asset_that_is_not_there_is_not_the_application(client: httpx.AsyncClient) -> None:
    assert (await client.get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "//etc/passwd", "/a%00b"],
)
async def test_no_address_leads_out_of_the_folder(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL("http://site", raw_path=path.encode()))
    assert answer.text in {"<h1>new</h1>", "Not found."}


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code == 405
    head = await client.head("/")
    assert (head.status_code, head.content) == (200, b"")


def test_a_folder_without_a_start_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds no index\.html"):
        read_pages([tmp_path])
