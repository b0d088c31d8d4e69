"""Requests are counted and timed by route."""

from fastapi.testclient import TestClient

from app.core.settings import Settings
from app.main import create_app
from tests.assertions import assert_problem


def figures(client: TestClient) -> list[str]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return answer.text.splitlines()


def counted(client: TestClient, labels: str) -> float:
    name = f"http_requests_total{{{labels}}} "
    return sum(float(line.removeprefix(name)) for line in figures(client) if line.startswith(name))


def test_a_request_is_counted_and_timed(client: TestClient) -> None:
    labels = 'method="GET",route="/health",status="200"'
    before = counted(client, labels)
    client.get("/health")
    assert counted(client, labels) == before + 1
    name = 'http_request_duration_seconds_count{method="GET",route="/health"}'
    assert any(line.startswith(name) for line in figures(client))


def test_what_clients_make_up_does_not_become_a_label(client: TestClient) -> None:
    assert client.get("/made-up-path").status_code == 404
    client.request("BREW", "/health")
    text = "\n".join(figures(client))
    assert "made-up" not in text
    assert "BREW" not in text
    assert counted(client, 'method="GET",route="none",status="404"') >= 1


def test_metrics_can_be_switched_off(settings: Settings) -> None:
    silent = create_app(settings.model_copy(update={"metrics": False}))
    with TestClient(silent, raise_server_exceptions=False) as client:
        assert_problem(client.get("/metrics"), 404)
