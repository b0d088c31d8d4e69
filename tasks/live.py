"""Starts a generated back end and talks to it, as its users will."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.checks import Choice, fuzz
from stackwright.generation.config import Platform
from stackwright.generation.conversation import Conversation, Exchange, converse
from stackwright.generation.quality import MAX_PROBLEMS, Outcome, Problem
from tasks import commands
from tasks.effect import effect
from tasks.verification import run_check
from tasks.workbench import Bench

START_S = 40.0  # until the back end must answer
_ADMIN = "admin@example.com"


@effect(timeout_s=900)
def check_live(bench: Bench, choice: Choice) -> tuple[Outcome, ...]:
    """Start the back end on SQLite, validate its OpenAPI document and talk to every entity."""
    began = time.monotonic()
    try:
        with _serving(bench) as client:
            outcomes = [_outcome("start", began, [])]
            outcomes.append(_check_openapi(client))
            if bench.model is not None:
                outcomes.append(_talk(client, bench.model))
            if choice.fuzz:
                outcomes.append(
                    run_check(fuzz(bench.places, f"{client.base_url}/openapi.json"), bench)
                )
            return tuple(outcomes)
    except ProjectError as error:
        cause, *lines = str(error).splitlines()
        failed = _outcome("start", began, [Problem(message=cause)])
        return (failed.model_copy(update={"cause": cause, "problems": (), "lines": tuple(lines)}),)


@contextmanager
def _serving(bench: Bench) -> Iterator[httpx.Client]:
    """A client of the back end, which runs on a free port of this machine with a database of its own."""
    backend, scratch = bench.project / "backend", Path(bench.places.scratch)
    password = secrets.token_urlsafe(24)
    env = commands.environment(
        {
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": f"sqlite:///{scratch}/live.db",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ADMIN_PASSWORD": password,
            "ENVIRONMENT": "development",
            "FILES_DIR": f"{scratch}/files",
        },
        folders=[Path(bench.places.python)],
    )
    python = f"{bench.places.python}/python"
    for words in (
        [python, "-m", "alembic", "upgrade", "head"],
        [python, "-m", "app.cli", "create-admin", _ADMIN],
    ):
        ran = commands.run(words, folder=backend, env=env, timeout_s=120)
        if ran.code != 0:
            raise ProjectError(f"`{' '.join(words[1:])}` failed:\n{_tail(ran.output)}")
    port = _free_port()
    words = [python, "-m", "uvicorn", "app.main:app", "--port", str(port), "--log-level", "warning"]
    process = commands.start(words, folder=backend, env=env)
    said = commands.Gathered(process.stdout)
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            timeout=20,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # an error may close a connection
        ) as client:
            _wait_for(client, process.poll, said)
            token = client.post(
                "/api/v1/auth/token", data={"username": _ADMIN, "password": password}
            )
            if token.status_code != 200:
                raise ProjectError(
                    f"The administrator cannot log in: {token.status_code} {token.text[:300]}"
                )
            client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            yield client
    finally:
        commands.stop(process)


def _wait_for(client: httpx.Client, ended: Any, said: commands.Gathered) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and ended() is None:
        try:
            if client.get("/ready").status_code == 200 and client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    why = "ended" if ended() is not None else f"did not answer within {START_S:.0f} s"
    raise ProjectError(f"The back end {why}:\n{_tail(said.text(1.0))}")


def _check_openapi(client: httpx.Client) -> Outcome:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    began = time.monotonic()
    document = client.get("/openapi.json").json()
    problems = [
        Problem(rule="/".join(map(str, error.absolute_path)), message=error.message[:300])
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    return _outcome("openapi", began, problems)


def _talk(client: httpx.Client, project: Project) -> Outcome:
    began, talk = time.monotonic(), converse(project)
    ids = {"@me": str(client.get("/api/v1/auth/me").json()["id"])}
    problems = [
        problem for exchange in talk.exchanges if (problem := _exchange(client, exchange, ids))
    ]
    return _outcome("talk", began, problems, talk)


def _exchange(client: httpx.Client, exchange: Exchange, ids: dict[str, str]) -> Problem | None:
    """Carry one exchange out; what is wrong with the answer, if anything."""
    if not exchange.refers_to <= ids.keys():
        return None  # the row was not created, which has been told
    wrong = ""
    try:
        answer = client.request(
            exchange.method,
            _filled(exchange.path, ids),
            params=_filled(exchange.query, ids),
            json=_filled(exchange.body, ids),
            headers={"If-Match": exchange.if_match} if exchange.if_match else {},
        )
    except httpx.TransportError as error:
        return _problem(exchange, f"got no answer ({error})")
    if answer.status_code not in exchange.expected:
        wrong = f"answered {answer.status_code} {answer.text[:200]}"
    elif exchange.remember:
        ids[exchange.remember] = str(answer.json()["id"])
    elif exchange.holds and ids.get(exchange.holds) not in {
        str(item["id"]) for item in answer.json()["items"]
    }:
        wrong = "answered without it"
    return _problem(exchange, wrong) if wrong else None


def _problem(exchange: Exchange, wrong: str) -> Problem:
    sent = f"{exchange.method} {exchange.path}"
    expected = " or ".join(map(str, exchange.expected))
    return Problem(
        rule=exchange.purpose,
        message=f"{sent} ({exchange.sentence}) {wrong}; expected {expected}.",
    )


def _filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with its references replaced by what the server answered; quoted where it is a path."""
    if isinstance(value, str):
        head, slash, last = value.rpartition("/")
        found = ids.get(last, last)
        return (
            f"{head}/{quote(found, safe='~!')}"
            if slash and last in ids
            else f"{head}{slash}{found}"
        )
    if isinstance(value, dict):
        return {key: _filled(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, ids) for inner in value]
    return value


_TITLES = {
    "start": ("Start", "The back end starts on SQLite, is ready and lets its administrator in."),
    "openapi": ("OpenAPI", "Its OpenAPI document is valid."),
    "talk": ("Talk", "Rows of every entity are created, found, filtered, changed and deleted."),
}


def _outcome(
    name: str, began: float, problems: list[Problem], talk: Conversation | None = None
) -> Outcome:
    title, proves = _TITLES[name]
    left_out = talk.left_out if talk else {}
    cause = (
        f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}." if problems else ""
    )
    if left_out and not cause:
        cause = "Left out: " + "; ".join(f"{entity}: {why}" for entity, why in left_out.items())
    return Outcome(
        id=f"backend.{name}",
        platform=Platform.BACKEND,
        title=title,
        proves=proves,
        state="failed" if problems else "ok",
        seconds=round(time.monotonic() - began, 3),
        cause=cause,
        problems=tuple(problems[:MAX_PROBLEMS]),
        further=max(0, len(problems) - MAX_PROBLEMS),
    )


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-10:])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
