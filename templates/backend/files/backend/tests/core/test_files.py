"""Uploaded files: stored, given back as they were, and refused when they are too large."""

from uuid import uuid4

from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.core.settings import Settings
from app.main import create_app
from app.tables import Base
from tests.assertions import assert_problem
from tests.world import PIXEL, World

PATH = "/api/v1/files"


def test_a_file_comes_back_as_it_was(world: World) -> None:
    key = world.file("picture.png")
    answer = world.get(f"{PATH}/{key}")
    assert answer.content == PIXEL
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline")


def test_what_is_no_picture_is_saved_and_not_shown(world: World) -> None:
    answer = world.get(f"{PATH}/{world.file('page.txt')}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="page.txt"'


def test_a_picture_is_known_by_its_content_and_not_by_its_name(world: World) -> None:
    answer = world.upload("page.png", b"<html>", "image/png")
    assert answer.json()["content_type"] == "application/octet-stream"
    answer = world.upload("picture.txt", PIXEL, "text/plain")
    assert answer.json()["content_type"] == "image/png"


def test_an_unknown_file_is_not_found(world: World) -> None:
    assert_problem(world.get(f"{PATH}/{uuid4()}"), 404)


def test_an_upload_without_a_file_is_refused(world: World) -> None:
    assert_problem(world.post(PATH, {}), 422)


def test_a_file_that_is_too_large_is_refused(settings: Settings) -> None:
    narrow = settings.model_copy(
        update={"max_upload_bytes": 1_024, "database_url": SecretStr("sqlite://")}
    )
    app = create_app(narrow)
    Base.metadata.create_all(app.state.engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        large = {"file": ("large.txt", b"x" * 2_000, "text/plain")}
        assert client.post(PATH, files=large).status_code in {401, 413}
        huge = {"file": ("huge.txt", b"x" * 70_000, "text/plain")}
        assert_problem(client.post(PATH, files=huge), 413)
