"""Liveness, readiness and the headers that every answer has."""

from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.core.settings import Settings
from app.main import create_app
from tests.assertions import assert_problem


def test_a_running_process_is_healthy_and_ready(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ok"}


def test_without_its_database_it_is_healthy_but_not_ready(settings: Settings) -> None:
    lost = settings.model_copy(
        update={"database_url": SecretStr("sqlite:////no/such/folder/app.db")}
    )
    with TestClient(create_app(lost), raise_server_exceptions=False) as client:
        assert client.get("/health").status_code == 200
        assert_problem(client.get("/ready"), 503)


def test_every_answer_has_an_id_and_safe_headers(client: TestClient) -> None:
    answer = client.get("/health", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_request_id_that_could_break_a_log_is_replaced(client: TestClient) -> None:
    answer = client.get("/health", headers={"X-Request-ID": "a b"})
    assert answer.headers["x-request-id"] != "a b"


def test_browsers_on_listed_origins_may_call(client: TestClient) -> None:
    listed = client.get("/health", headers={"Origin": "https://pages.example.com"})
    other = client.get("/health", headers={"Origin": "https://other.example.com"})
    assert listed.headers["access-control-allow-origin"] == "https://pages.example.com"
    assert "access-control-allow-origin" not in other.headers
