"""Webhooks at the door: forged and repeated deliveries are refused, others ask for a rollout in somebody's name."""

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.storage import accounts, rollouts
from stackwright.access.rights import Role
from stackwright.runs.rollout import Rollout
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

COMMIT = "9d2b7f1c0a4e5b6c7d8e9f00112233445566778a"
REPOSITORY = "https://git.example.org/ada/shop.git"


class Host:
    """A Git host that knows the secret of a webhook."""

    def __init__(self, world: World, told: dict[str, Any]) -> None:
        self.visitor, self.secret = world.visitor(), told["secret"]
        self.path = told["url"].partition("/api/v1")[2]
        self.number = 0

    async def push(self, ref: str = "refs/heads/main", **changed: str) -> httpx.Response:
        """What GitHub sends for a push, as if it had another secret, name or body where that is given."""
        self.number += 1
        said = {
            "ref": ref,
            "after": COMMIT,
            "deleted": False,
            "repository": {"full_name": "ada/shop"},
            "pusher": {"name": "ada"},
            "number": self.number,
        }
        body = json.dumps(said).encode()
        secret = changed.get("secret", self.secret)
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": changed.get("name", f"delivery-{self.number}"),
            "X-Hub-Signature-256": f"sha256={signed}",
        }
        sent = changed.get("body", body.decode()).encode()
        return await self.visitor.http.post(f"/api/v1{self.path}", content=sent, headers=headers)


async def _deployment(operator: Visitor, branch: str = "main") -> str:
    project = (await operator("POST", "/projects", {"name": "Shop"})).json()["id"]
    setting = {"branch": branch, "repository": REPOSITORY}
    made = await operator(
        "POST", f"/projects/{project}/deployments", {"name": "shop", "setting": setting}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def _rollout(world: World, rollout_id: str) -> Rollout:
    async with world.parts.storage.session() as session:
        found = await rollouts.get(session, UUID(rollout_id))
    assert found is not None
    return found


async def test_a_push_of_the_branch_asks_for_a_rollout_of_its_commit(world: World) -> None:
    operator = await world.person("op@example.org", Role.OPERATOR)
    deployment = await _deployment(operator)
    told = (await operator("PUT", f"/deployments/{deployment}/webhook")).json()
    assert told["signing"].startswith("whsec_")
    shown = (await operator("GET", f"/deployments/{deployment}/webhook")).json()
    assert (shown["secret"], shown["signing"], shown["branch"]) == ("", "", "main")
    host = Host(world, told)
    answer = await host.push()
    assert answer.status_code == 202, answer.text
    rollout = await _rollout(world, answer.json()["rollout"])
    assert rollout.pushed is not None
    assert (rollout.pushed.repository, rollout.pushed.commit) == (REPOSITORY, COMMIT)
    assert rollout.cause == f"branch main of ada/shop was pushed by ada at {COMMIT[:12]}"
    assert rollout.approval.value == "ask"  # as the choices say
    assert is_problem(await host.push(), 409)  # one at a time


async def test_what_is_forged_or_comes_again_is_refused(world: World) -> None:
    operator = await world.person("op@example.org", Role.OPERATOR)
    deployment = await _deployment(operator, branch="release")
    host = Host(world, (await operator("PUT", f"/deployments/{deployment}/webhook")).json())
    assert is_problem(await host.push(secret="another"), 401)
    assert is_problem(await host.push(body='{"ref": "refs/heads/release"}'), 401)
    other = await host.push()
    assert other.status_code == 200
    assert other.json() == {
        "sentence": "branch main is not release, so nothing is deployed.",
        "rollout": None,
    }
    host.number -= 1
    assert is_problem(await host.push(), 409)
    host.number -= 1
    assert is_problem(await host.push(name="with another name"), 409)  # its content is known


async def test_a_new_secret_takes_the_place_of_the_old_one_within_an_hour(world: World) -> None:
    operator = await world.person("op@example.org", Role.OPERATOR)
    deployment = await _deployment(operator, branch="release")
    place = f"/deployments/{deployment}/webhook"
    old = Host(world, (await operator("PUT", place)).json())
    new = Host(world, (await operator("PUT", place)).json())
    assert old.secret != new.secret
    assert (await old.push()).status_code == 200
    new.number = 10
    assert (await new.push()).status_code == 200
    world.clock.passes(minutes=61)
    assert is_problem(await old.push(), 401)
    assert (await operator("DELETE", place)).status_code == 204
    assert is_problem(await new.push(), 404)


async def test_pushes_deploy_only_as_long_as_whoever_let_them_may(world: World) -> None:
    operator = await world.person("op@example.org", Role.OPERATOR)
    deployment = await _deployment(operator)
    host = Host(world, (await operator("PUT", f"/deployments/{deployment}/webhook")).json())
    me = (await operator("GET", "/me")).json()
    async with world.parts.storage.session() as session:
        await accounts.change(session, UUID(me["id"]), role=Role.USER)
    assert is_problem(await host.push(), 403)


async def test_what_was_rolled_out_keeps_its_place(world: World) -> None:
    operator = await world.person("op@example.org", Role.OPERATOR)
    deployment = await _deployment(operator)
    place = f"/deployments/{deployment}"
    assert (await operator("PUT", place, {"name": "store"})).status_code == 200
    assert (await operator("PUT", place, {"name": "shop"})).status_code == 200
    host = Host(world, (await operator("PUT", f"{place}/webhook")).json())
    await operator(
        "PUT", place, {"name": "shop", "setting": {"branch": "main", "repository": REPOSITORY}}
    )
    assert (await host.push()).status_code == 202
    assert is_problem(await operator("PUT", place, {"name": "store"}), 409)
    assert (
        await operator("PUT", place, {"name": "shop", "scaling": {"maximum": 5}})
    ).status_code == 200
