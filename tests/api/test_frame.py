"""What every answer has, however it ends: problems, headers, a size, a trusted host, a database that is there."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from fastapi import FastAPI, WebSocket
from pydantic import SecretStr
from starlette.types import Message
from structlog.testing import capture_logs

from app.application import make_app
from app.edge.settings import Settings
from tests.api.conftest import NewWorld
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services


async def test_answers_carry_a_strict_policy_and_a_request_id(world: World) -> None:
    answer = await world.visitor()("GET", "/health")
    assert answer.json()["status"] == "ok"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    again = await world.visitor()("GET", "/health")
    assert answer.headers["x-request-id"] != again.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PUT", "/health", 405),
        ("GET", "/docs", 404),
        ("GET", "/me/", 404),
    ],
)
async def test_wrong_routes_are_problems(world: World, method: str, path: str, status: int) -> None:
    answer = await world.visitor()(method, path)
    assert is_problem(answer, status)
    assert answer.json()["hint"]
    assert ("allow" in answer.headers) is (status == 405)


async def test_all_methods_of_a_path_are_allowed_together(world: World) -> None:
    answer = await world.visitor()("OPTIONS", "/sessions/current")
    assert answer.headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"email": "a@b.example", "password": "\\ud800"}', "application/json"),
        (b'{"\\ud800": 1}', "application/json"),
        (b"\xff", "application/json"),
        (b"email=a", "application/x-www-form-urlencoded"),
        (b'{"email": "a@b.example", "password": "x"}', "text/plain"),
        (b"", "application/json"),
    ],
)
async def test_what_cannot_be_read_is_a_problem(world: World, body: bytes, kind: str) -> None:
    answer = await world.visitor().http.post(
        "/api/v1/sessions", content=body, headers={"Content-Type": kind}
    )
    assert is_problem(answer, answer.status_code)
    assert answer.status_code in {400, 415, 422}


async def test_bodies_are_limited_with_and_without_a_length(world: World) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 2**16

    headers = {"Content-Type": "application/json"}
    for content in (b" " * (2**20 + 1), parts()):
        answer = await world.visitor().http.post(
            "/api/v1/sessions", content=content, headers=headers
        )
        assert is_problem(answer, 413)


async def test_only_our_names_are_served(new_world: NewWorld) -> None:
    world = await new_world(trusted_hosts=("stack.example",))
    for host, served in (
        ("stack.example", True),
        ("STACK.example:8443", True),
        ("localhost:4280", True),
        ("[::1]:4280", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ):
        answer = await world.visitor()("GET", "/health", headers={"Host": host})
        assert answer.is_success if served else is_problem(answer, 400), host


@pytest.mark.parametrize(
    ("headers", "reached"),
    [
        ([(b"host", b"evil.example")], False),
        ([(b"host", b"127.0.0.1:4280"), (b"origin", b"https://evil.example")], False),
        ([(b"host", b"127.0.0.1:4280"), (b"origin", b"http://127.0.0.1:4280")], True),
    ],
)
async def test_sockets_of_other_sites_are_closed_before_they_are_seen(
    world: World, headers: list[tuple[bytes, bytes]], reached: bool
) -> None:
    @world.app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/live", "headers": headers, "query_string": b""}
    await world.app(scope, receive, send)
    expected = "websocket.accept" if reached else "websocket.close"
    assert next(message["type"] for message in sent) == expected


async def test_our_own_mistakes_are_told_to_the_log_and_not_to_the_caller(world: World) -> None:
    @world.app.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError("canary")

    with capture_logs() as logs:
        answer = await world.visitor()("GET", "/broken")
    assert is_problem(answer, 500)
    assert "canary" not in answer.text
    mistake = next(line for line in logs if line["event"] == "mistake")
    assert mistake["request_id"] == answer.headers["x-request-id"]
    assert mistake["error"] == "RuntimeError"
    assert "test_frame.py" in mistake["frames"][-1]


async def test_the_application_survives_a_restart_of_its_connections(
    world: World, server: str
) -> None:
    person = await world.person("ada@example.org")
    connection = await asyncpg.connect(server)
    ended = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname LIKE 'test_%' AND pid <> pg_backend_pid()"
    )
    await connection.close()
    assert ended
    assert (await person("GET", "/me")).status_code == 200


async def test_a_database_that_is_away_is_said_with_its_cause() -> None:
    visitor = Visitor(_without_database())
    answer = await visitor("GET", "/health")
    assert is_problem(answer, 503)
    assert answer.headers["retry-after"] == "5"
    assert "ConnectionRefusedError" in answer.json()["detail"]
    assert is_problem(await visitor("POST", "/sessions", {"email": "a@b.c", "password": "x"}), 503)


async def test_the_document_is_served_and_loads_nothing_from_elsewhere() -> None:
    visitor = Visitor(_without_database())
    assert (await visitor("GET", "/openapi.json")).json()["info"]["title"] == "Stackwright"
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert is_problem(await visitor.http.get(path), 404)


def _without_database() -> FastAPI:
    url = SecretStr("postgresql://postgres@127.0.0.1:1/none")
    return make_app(Settings(database_url=url, secret_key=SecretStr("k" * 32)))
