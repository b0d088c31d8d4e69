"""Object-level authorisation: each route of the OpenAPI document, asked by everybody."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from openapi_spec_validator import validate
from pydantic import SecretStr

from app.application import make_app
from app.edge.settings import Settings
from app.storage import rollouts
from stackwright.access.accounts import Account
from stackwright.access.rights import Role, Scope
from stackwright.deployment.config import Deployment
from stackwright.runs.rollout import Rollout
from tests.api.world import PASSWORD, Visitor, World, is_problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.services

METHODS = {"get", "post", "put", "patch", "delete"}
WHO = ("anonymous", "other", "bare token", "token", "admin", "owner")
PUBLIC = (2, 2, 2, 2, 2, 2)
READ_PROJECTS = (401, 2, 403, 2, 2, 2)
THEIRS = (401, 404, 403, 2, 2, 2)  # the token's account is an admin
READ_RUNS = (401, 2, 403, 2, 2, 2)
NOT_NOW = (401, 404, 409, 409, 409, 409)  # of a run that has not begun
NOTHING_THERE = (401, 404, 403, 404, 404, 404)  # nothing of it was deployed
OPERATORS = (401, 403, 403, 2, 2, 403)
OPERATORS_NOT_NOW = (401, 403, 403, 409, 409, 403)
ROLLOUT = "/api/v1/rollouts/{rollout_id}"
DEPLOYMENT = "/api/v1/deployments/{deployment_id}"
STATE = "/api/v1/states/{deployment_id}"
RUN = "/api/v1/runs/{run_id}"
PROJECT = "/api/v1/projects/{project_id}"
MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"
SIGN_UP = {"email": "new@example.org", "name": "New", "password": PASSWORD}

STATE_SENT = {"version": 4, "serial": 1, "lineage": "x"}

Body = dict[str, Any] | None
# For each route: what is sent, and how it answers each of WHO (2: it does; otherwise the status). The token is an
# admin's with all scopes, the bare token an admin's with a scope that no route asks for; the owner asks last.
CASES: dict[str, tuple[Body, tuple[int, ...]]] = {
    "GET /api/v1/health": (None, PUBLIC),
    "POST /api/v1/accounts": (SIGN_UP, PUBLIC),
    "POST /api/v1/welcome": ({**SIGN_UP, "token": "x"}, (403,) * 6),
    "POST /api/v1/sessions": ({"email": "owner@example.org", "password": PASSWORD}, PUBLIC),
    "GET /api/v1/sessions/current": (None, (401, 2, 403, 403, 2, 2)),
    "DELETE /api/v1/sessions/current": (None, (401, 2, 403, 403, 2, 2)),
    "DELETE /api/v1/sessions/others": (None, (401, 2, 403, 403, 2, 2)),
    "GET /api/v1/me": (None, (401, 2, 403, 2, 2, 2)),
    "PATCH /api/v1/me": ({"name": "N"}, (401, 2, 403, 403, 2, 2)),
    "GET /api/v1/tokens": (None, (401, 2, 403, 403, 2, 2)),
    "POST /api/v1/tokens": ({"name": "t", "scopes": ["runs:read"]}, (401, 2, 403, 403, 2, 2)),
    "DELETE /api/v1/tokens/{token_id}": (None, (401, 404, 403, 403, 404, 2)),
    "GET /api/v1/accounts": (None, (401, 403, 403, 2, 2, 403)),
    "PATCH /api/v1/accounts/{account_id}": ({"role": "author"}, (401, 403, 403, 2, 2, 403)),
    "POST /api/v1/models/validate": ({"model": MODEL}, READ_PROJECTS),
    "POST /api/v1/models/selection": ({"model": MODEL, "entities": ["Tag"]}, READ_PROJECTS),
    "POST /api/v1/plans": ({"model": MODEL}, READ_PROJECTS),
    "GET /api/v1/models/schema": (None, READ_PROJECTS),
    "GET /api/v1/examples": (None, READ_PROJECTS),
    "GET /api/v1/examples/{name}": (None, READ_PROJECTS),
    "GET /api/v1/projects": (None, READ_PROJECTS),
    "POST /api/v1/projects": ({"name": "Tags"}, READ_PROJECTS),
    f"GET {PROJECT}": (None, THEIRS),
    f"PATCH {PROJECT}": ({"name": "Labels"}, THEIRS),
    f"DELETE {PROJECT}": (None, (401, 404, 403, 2, 404, 404)),  # the token's came first
    f"GET {PROJECT}/models": (None, THEIRS),
    f"POST {PROJECT}/models": ({"text": MODEL}, THEIRS),
    f"GET {PROJECT}/models/{{number}}": (None, THEIRS),
    f"GET {PROJECT}/configuration": (None, THEIRS),
    f"GET {PROJECT}/plan": (None, THEIRS),
    f"POST {PROJECT}/plan": ({}, THEIRS),
    f"PUT {PROJECT}/configuration": ({"style": "minimal"}, THEIRS),
    f"GET {PROJECT}/drafts/{{page}}": (None, (401, 404, 403, 404, 404, 2)),  # each has their own
    f"PUT {PROJECT}/drafts/{{page}}": ({"text": "x"}, THEIRS),
    f"DELETE {PROJECT}/drafts/{{page}}": (None, THEIRS),
    f"GET {PROJECT}/deployments": (None, THEIRS),
    f"POST {PROJECT}/deployments": ({"name": "shop"}, (401, 404, 403, 2, 409, 409)),  # one a name
    f"POST {PROJECT}/deployments/review": ({"name": "shop"}, THEIRS),
    "GET /api/v1/deployments": (None, READ_PROJECTS),
    f"GET {DEPLOYMENT}": (None, THEIRS),
    f"PUT {DEPLOYMENT}": ({"name": "shop"}, THEIRS),
    f"DELETE {DEPLOYMENT}": (None, (401, 404, 403, 2, 404, 404)),
    f"POST {DEPLOYMENT}/review": ({}, THEIRS),
    f"GET {DEPLOYMENT}/rollouts": (None, THEIRS),
    f"POST {DEPLOYMENT}/rollouts": ({}, OPERATORS_NOT_NOW),  # nothing was generated
    f"GET {DEPLOYMENT}/status": (None, THEIRS),
    f"GET {DEPLOYMENT}/metrics": (None, THEIRS),
    f"GET {DEPLOYMENT}/logs/{{program}}": (None, NOTHING_THERE),
    f"GET {DEPLOYMENT}/drift": (None, NOTHING_THERE),
    f"GET {DEPLOYMENT}/webhook": (None, NOTHING_THERE),
    f"PUT {DEPLOYMENT}/webhook": (None, (401, 403, 403, 2, 2, 403)),
    f"DELETE {DEPLOYMENT}/webhook": (None, (401, 403, 403, 2, 2, 403)),
    "POST /api/v1/webhooks/{deployment_id}": ({}, (404,) * 6),  # it has none
    f"GET {ROLLOUT}": (None, THEIRS),
    f"POST {ROLLOUT}/approve": ({"digest": "0" * 64}, OPERATORS_NOT_NOW),  # it has not begun
    f"POST {ROLLOUT}/cancel": (None, (401, 403, 403, 2, 409, 403)),
    f"GET {STATE}": (None, OPERATORS),
    f"POST {STATE}": (STATE_SENT, OPERATORS_NOT_NOW),  # it is not locked
    f"DELETE {STATE}": (None, OPERATORS),
    f"GET {STATE}/lock": (None, OPERATORS),
    f"POST {STATE}/lock": ({"ID": "1"}, (401, 403, 403, 2, 423, 403)),  # by the token's program
    f"DELETE {STATE}/lock": (None, OPERATORS),
    f"GET {STATE}/versions": (None, OPERATORS),
    f"POST {STATE}/versions/{{serial}}/restore": (None, (401, 403, 403, 404, 404, 403)),
    "GET /api/v1/runs": (None, READ_RUNS),
    "POST /api/v1/runs": (None, (401, 404, 2, 2, 2, 2)),  # the bare token's scope is this one
    "GET /api/v1/runs/statistics": (None, READ_RUNS),
    "GET /api/v1/runs/events/schema": (None, READ_RUNS),
    f"GET {RUN}": (None, THEIRS),
    f"GET {RUN}/progress": (None, THEIRS),
    f"GET {RUN}/log": (None, THEIRS),
    f"GET {RUN}/quality": (None, THEIRS),
    f"POST {RUN}/cancel": (None, (401, 404, 2, 409, 409, 409)),  # cancelled by the first
    f"POST {RUN}/pause": (None, NOT_NOW),
    f"POST {RUN}/resume": (None, NOT_NOW),
    f"POST {RUN}/retry": (None, NOT_NOW),
    **{
        f"GET {RUN}/{what}": (None, (401, 404, 403, 409, 409, 409))  # it has published nothing
        for what in (
            *("archive", "search", "files", "files/metrics", "files/content", "files/raw"),
            *("files/provenance", "files/changes", "files/diff"),
        )
    },
    "GET /api/v1/audit": (None, (401, 403, 403, 2, 2, 403)),
    "GET /api/v1/audit/verification": (None, (401, 403, 403, 2, 2, 403)),
}


QUERIES = {
    "search": "?text=x",
    **dict.fromkeys(("content", "raw", "provenance", "diff"), "?path=x"),
}


def document() -> dict[str, Any]:
    settings = Settings(
        database_url=SecretStr("postgresql://localhost/none"), secret_key=SecretStr("k" * 32)
    )
    return make_app(settings).openapi()


def routes() -> list[str]:
    return [
        f"{method.upper()} {path}"
        for path, operations in document()["paths"].items()
        for method in operations
        if method in METHODS
    ]


def test_every_route_has_a_case_and_the_document_is_valid() -> None:
    assert sorted(routes()) == sorted(CASES)
    validate(document())


def test_every_route_says_how_errors_look() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert set(operation["responses"]["4XX"]["content"]) == {"application/problem+json"}
            answers = {code for code in operation["responses"] if code[0] in "45"}
            assert answers == {"4XX", "5XX"}, (method, path)


@pytest.mark.parametrize("route", routes())
async def test_each_route_answers_those_who_may_and_nobody_else(world: World, route: str) -> None:
    body, expected = CASES[route]
    method, path = route.split(" ")
    people = await everybody(world)
    path = await with_objects(world, path, people["owner"])
    path += QUERIES.get(path.rpartition("/")[2], "")
    if route == "POST /api/v1/runs":
        body = {"project_id": await _project(people["owner"])}
    for who, wanted in zip(WHO, expected, strict=True):
        answer = await people[who](method, path.removeprefix("/api/v1"), body)
        if wanted == 2:
            assert answer.is_success, (who, answer.text)
        else:
            assert is_problem(answer, wanted), who


async def everybody(world: World) -> dict[str, Visitor]:
    root = await world.account("root@example.org", Role.ADMIN)
    return {
        "anonymous": world.visitor(),
        "other": await world.person("other@example.org"),
        "bare token": await world.program(root, [Scope.RUNS_WRITE]),
        "token": await world.program(root, list(Scope)),
        "admin": await world.person("admin@example.org", Role.ADMIN),
        "owner": await world.person("owner@example.org"),
    }


async def with_objects(world: World, path: str, owner: Visitor) -> str:
    """The path with ids of what belongs to the owner."""
    made: dict[str, Callable[[], Awaitable[str]]] = {
        "{token_id}": lambda: _token(owner),
        "{account_id}": lambda: _account(owner),
        "{name}": _example,
        "{project_id}": lambda: _project(owner),
        "{number}": _number,
        "{serial}": _number,
        "{page}": _page,
        "{deployment_id}": lambda: _deployment(owner),
        "{run_id}": lambda: _run(owner),
        "{program}": _program,
        "{rollout_id}": lambda: _rollout(world, owner),
    }
    for name, make in made.items():
        if name in path:
            path = path.replace(name, await make())
    assert "{" not in path, "say here how the object of this route is made"
    return path


async def _token(owner: Visitor) -> str:
    made = await owner("POST", "/tokens", {"name": "mine", "scopes": ["runs:read"]})
    return str(made.json()["token"]["id"])


async def _account(owner: Visitor) -> str:
    return str(Account.model_validate((await owner("GET", "/me")).json()).id)


async def _project(owner: Visitor) -> str:
    made = await owner("POST", "/projects", {"name": "Mine", "model": {"text": MODEL}})
    project_id = str(made.json()["id"])
    await owner("PUT", f"/projects/{project_id}/drafts/model", {"text": "unfinished"})
    return project_id


async def _number() -> str:
    return "1"


async def _run(owner: Visitor) -> str:
    made = await owner("POST", "/runs", {"project_id": await _project(owner)})
    return str(made.json()["id"])


async def _deployment(owner: Visitor) -> str:
    place = f"/projects/{await _project(owner)}/deployments"
    return str((await owner("POST", place, {"name": "tags"})).json()["id"])


async def _program() -> str:
    return "tags-staging.proxy"


async def _rollout(world: World, owner: Visitor) -> str:
    rollout = Rollout(
        id=uuid4(),
        deployment_id=UUID(await _deployment(owner)),
        owner_id=UUID(await _account(owner)),
        number=0,
        config=Deployment(name="tags"),
        made_at=world.clock(),
    )
    async with world.parts.storage.session() as session:
        return str((await rollouts.add(session, rollout)).id)


async def _page() -> str:
    return "model"


async def _example() -> str:
    return "notes"
