"""States of Terraform over the API: sealed, in versions, written under a lock alone, and by nobody else."""

import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.api.states import StateVersions
from stackwright.access.rights import Role, Scope
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

CANARY = "canary-7d1f"
MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"
LOCK = {"ID": "lock-1", "Who": "ann@laptop", "Operation": "OperationTypeApply", "Info": ""}
OTHER = {**LOCK, "ID": "lock-2", "Who": "bob@desk"}


def state(serial: int, **more: Any) -> dict[str, Any]:
    one = {"mode": "managed", "type": "x", "instances": [{"attributes": {"password": CANARY}}]}
    return {"version": 4, "serial": serial, "lineage": "one", "resources": [one], **more}


async def operator(world: World, name: str = "ann") -> tuple[Visitor, str]:
    """Somebody who may, and the address of the state of a deployment of theirs."""
    ann = await world.person(f"{name}@example.org", Role.OPERATOR)
    project = (await ann("POST", "/projects", {"name": "Tags", "model": {"text": MODEL}})).json()
    made = await ann("POST", f"/projects/{project['id']}/deployments", {"name": "shop"})
    return ann, f"/states/{made.json()['id']}"


async def serials(who: Visitor, its: str) -> list[int]:
    listed = StateVersions.model_validate((await who("GET", f"{its}/versions")).json())
    return [one.serial for one in listed.versions]


async def test_a_state_is_locked_written_read_and_deleted(world: World) -> None:
    ann, its = await operator(world)
    assert (await ann("GET", its)).status_code == 204
    assert is_problem(await ann("POST", its, state(1)), 409)
    assert (await ann("POST", f"{its}/lock", LOCK)).status_code == 200
    assert is_problem(await ann("POST", f"{its}?ID=lock-2", state(1)), 409)
    written = await ann("POST", f"{its}?ID=lock-1", state(1))
    assert (written.status_code, written.json()["resources"]) == (200, 1)
    again = await ann("POST", f"{its}?ID=lock-1", state(1))
    assert again.json() == written.json()
    assert is_problem(await ann("POST", f"{its}?ID=lock-1", state(1, outputs={})), 409)
    assert is_problem(await ann("POST", f"{its}?ID=lock-1", state(2, lineage="two")), 409)
    read = await ann("GET", its)
    assert read.json() == state(1)
    assert read.headers["cache-control"] == "no-store"
    assert is_problem(await ann("DELETE", its), 423)
    assert (await ann("DELETE", f"{its}/lock", None)).status_code == 409
    freed = await ann.http.request("DELETE", f"/api/v1{its}/lock", json=LOCK, headers=ann.headers)
    assert freed.json() == {"lock": None}
    assert (await ann("DELETE", its)).status_code == 200
    assert (await ann("GET", its)).status_code == 204


async def test_a_held_state_says_who_holds_it_until_that_ends(world: World) -> None:
    ann, its = await operator(world)
    await ann("POST", f"{its}/lock", LOCK)
    refused = await ann("POST", f"{its}/lock", OTHER)
    assert is_problem(refused, 423)
    assert refused.json() | LOCK | {"Who": "ann@laptop (ann@example.org)"} == refused.json()
    shown = (await ann("GET", f"{its}/lock")).json()["lock"]
    assert (shown["holder"]["ID"], shown["lease"]["reason"]) == ("lock-1", "apply")
    world.clock.passes(minutes=59)
    assert (await ann("POST", f"{its}?ID=lock-1", state(1))).status_code == 200  # a heartbeat
    world.clock.passes(minutes=59)
    assert is_problem(await ann("POST", f"{its}/lock", OTHER), 423)
    world.clock.passes(minutes=1)
    assert (await ann("GET", f"{its}/lock")).json() == {"lock": None}
    assert (await ann("POST", f"{its}/lock", OTHER)).status_code == 200
    late = await ann("POST", f"{its}?ID=lock-1", state(2))
    assert is_problem(late, 409)
    assert late.json()["Who"] == "bob@desk (ann@example.org)"
    assert await serials(ann, its) == [1]


async def test_somebody_else_breaks_a_lock_with_a_reason_and_is_told_in_the_audit(
    world: World,
) -> None:
    ann, its = await operator(world)
    root = await world.person("root@example.org", Role.ADMIN)
    await ann("POST", f"{its}/lock", LOCK)
    assert is_problem(await root("DELETE", f"{its}/lock?force=no"), 422)
    assert (await root("DELETE", f"{its}/lock?force=her%20laptop%20is%20gone")).status_code == 200
    assert is_problem(await ann("POST", f"{its}?ID=lock-1", state(1)), 409)
    await ann("POST", f"{its}/lock", OTHER)
    path = f"/api/v1{its}/lock"  # as `terraform force-unlock` does
    await root.http.request("DELETE", path, json={"ID": "lock-2"}, headers=root.headers)
    broken = [
        one
        for one in (await root("GET", "/audit")).json()["entries"]
        if one["action"] == "state.lock_broken"
    ]
    assert [one["details"]["reason"] for one in broken] == ["unlocked", "her laptop is gone"]
    assert broken[1]["details"]["holder"] == "ann@laptop (ann@example.org)"


async def test_versions_are_kept_and_one_comes_back_under_a_new_serial(world: World) -> None:
    ann, its = await operator(world)
    await ann("POST", f"{its}/lock", LOCK)
    for serial in range(1, 31):
        written = await ann("POST", f"{its}?ID=lock-1", state(serial, outputs={"n": serial}))
        assert written.status_code == 200
    assert await serials(ann, its) == [*range(30, 10, -1)]
    assert is_problem(await ann("POST", f"{its}/versions/12/restore"), 423)
    restored = await ann("POST", f"{its}/versions/12/restore?ID=lock-1")
    assert (restored.json()["serial"], restored.json()["lock"]) == (31, "")
    assert (await ann("GET", its)).json() == state(31, outputs={"n": 12})
    assert (await ann("POST", f"{its}?ID=lock-1", state(32))).status_code == 200
    assert is_problem(await ann("POST", f"{its}/versions/3/restore?ID=lock-1"), 404)
    listed = (await ann("GET", f"{its}/versions")).text
    assert CANARY not in listed
    root = await world.person("root@example.org", Role.ADMIN)
    told = (await root("GET", "/audit?limit=50")).json()["entries"]
    assert {"state.write", "state.restore"} <= {one["action"] for one in told}


async def test_others_find_nothing_and_who_may_not_is_refused(world: World) -> None:
    ann, its = await operator(world)
    await ann("POST", f"{its}/lock", LOCK)
    await ann("POST", f"{its}?ID=lock-1", state(1))
    bob = await world.person("bob@example.org", Role.OPERATOR)
    calls: tuple[tuple[str, str, Any], ...] = (
        *(("GET", its, None), ("POST", f"{its}?ID=lock-1", state(2)), ("DELETE", its, None)),
        *(("GET", f"{its}/lock", None), ("POST", f"{its}/lock", OTHER)),
        *(("DELETE", f"{its}/lock?force=mine", None), ("GET", f"{its}/versions", None)),
        ("POST", f"{its}/versions/1/restore", None),
    )
    user = await world.person("user@example.org")
    for method, path, body in calls:
        assert is_problem(await bob(method, path, body), 404)
        assert is_problem(await user(method, path, body), 403)
    assert is_problem(await ann("GET", f"/states/{uuid4()}"), 404)


async def test_a_token_comes_as_a_password_here_alone_and_from_no_browser(world: World) -> None:
    account = await world.account("ci@example.org", Role.ADMIN)
    program = await world.program(account, [Scope.STATES_WRITE, Scope.ACCOUNT_READ])
    _, its = await operator(world)
    token = program.headers["Authorization"].removeprefix("Bearer ")

    async def ask(path: str, password: str = token, **headers: str) -> httpx.Response:
        pair = base64.b64encode(f"anybody:{password}".encode()).decode()
        visitor = world.visitor()
        return await visitor("GET", path, headers={"Authorization": f"Basic {pair}", **headers})

    assert (await ask(its)).status_code == 204
    assert is_problem(await ask("/me"), 401)
    for headers in ({"Cookie": "a=b"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://evil"}):
        refused = await ask(its, **headers)
        assert is_problem(refused, 401)
        assert refused.headers["www-authenticate"].startswith("Bearer")
    assert is_problem(await ask(its, "wrong"), 401)
    for sent in ("Basic", "Basic !", "Basic YQ==", "Basic /w=="):
        answer = await world.visitor()("GET", its, headers={"Authorization": sent})
        assert is_problem(answer, 401)
    narrow = await world.program(account, [Scope.DEPLOYMENTS_WRITE])
    assert is_problem(await narrow("GET", its), 403)


async def test_another_site_cannot_write_with_a_password(world: World) -> None:
    ann, its = await operator(world)
    pair = base64.b64encode(b"x:y").decode()
    sent = {"Authorization": f"Basic {pair}", "Origin": "https://evil.example"}
    assert is_problem(await world.visitor()("POST", its, {}, sent), 403)
    assert (await ann("GET", its)).status_code == 204


async def test_states_lie_sealed_in_the_database_and_open_nowhere_else(world: World) -> None:
    ann, its = await operator(world)
    await ann("POST", f"{its}/lock", LOCK)
    with capture_logs() as said:
        for serial in (1, 2):
            await ann("POST", f"{its}?ID=lock-1", state(serial))
        await ann("POST", f"{its}?ID=lock-1", state(1, outputs={CANARY: 1}))
    assert CANARY not in json.dumps(said)
    async with world.parts.storage.engine.begin() as connection:
        rows = [
            *await connection.execute(text("SELECT sealed FROM state_versions ORDER BY serial"))
        ]
        assert len(rows) == 2
        assert all(CANARY.encode() not in row.sealed for row in rows)
        moved = {"sealed": rows[0].sealed}
        query = text("UPDATE state_versions SET sealed = :sealed WHERE serial = 2")
        await connection.execute(query, moved)
    assert is_problem(await ann("GET", its), 500)
    assert "cannot be opened" in (await ann("GET", its)).json()["detail"]


async def test_what_is_large_damaged_or_no_state_is_refused(world: World) -> None:
    ann, its = await operator(world)
    await ann("POST", f"{its}/lock", LOCK)
    large = json.dumps(state(1, outputs={"x": "x" * 3 * 2**20})).encode()
    path, headers = f"/api/v1{its}?ID=lock-1", {**ann.headers}
    damaged = {**headers, "Content-MD5": base64.b64encode(bytes(16)).decode()}
    assert is_problem(await ann.http.post(path, content=large, headers=damaged), 422)
    assert (await ann.http.post(path, content=large, headers=headers)).status_code == 200
    over = b" " * (16 * 2**20 + 1)
    assert is_problem(await ann.http.post(path, content=over, headers=headers), 413)
    lock = {**LOCK, "Info": "x" * 2**20}
    assert is_problem(await ann("POST", f"{its}/lock", lock), 413)
    assert is_problem(await ann.http.post(path, content=b"{}", headers=headers), 422)


async def test_a_deployment_with_resources_in_its_state_is_not_removed(world: World) -> None:
    ann, its = await operator(world)
    deployment = its.replace("states", "deployments")
    project = (await ann("GET", deployment)).json()["project_id"]
    await ann("POST", f"{its}/lock", LOCK)
    await ann("POST", f"{its}?ID=lock-1", state(1))
    for path in (deployment, f"/projects/{project}"):
        assert is_problem(await ann("DELETE", path), 409)
    await ann("POST", f"{its}?ID=lock-1", state(2, resources=[]))
    assert (await ann("DELETE", f"/projects/{project}")).status_code == 204
