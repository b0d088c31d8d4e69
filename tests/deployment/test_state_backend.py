"""Real Terraform keeps its state with us: locked while it works, sealed where it lies, found again from elsewhere."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.api.states import StateVersions
from stackwright.access.rights import Role, Scope
from stackwright.errors import ProjectError
from tasks import terraform
from tasks.terraform_folder import Place, http_backend, lay_out
from tests.web.living import Living, living

pytestmark = [pytest.mark.services, pytest.mark.toolchain]

CANARY = "canary-51b7"
PATIENCE_S = 240
STACK = """
variable "secret" {
  type      = string
  sensitive = true
}

variable "gate" {
  type = string
}

resource "terraform_data" "kept" {
  input = var.secret

  provisioner "local-exec" {
    command = "while [ -e '${var.gate}' ]; do sleep 0.1; done"
  }
}
"""


@pytest.fixture
def served() -> Iterator[Living]:
    with living() as one:
        yield one


async def _deployed(served: Living) -> tuple[str, str]:
    """The path of the state of a deployment, and a token that opens it."""
    world = served.world
    ann = await world.account("ann@example.org", Role.OPERATOR)
    program = await world.program(ann, list(Scope))
    project = (await program("POST", "/projects", {"name": "Tags"})).json()["id"]
    made = await program("POST", f"/projects/{project}/deployments", {"name": "shop"})
    return f"/api/v1/states/{made.json()['id']}", program.headers["Authorization"].split()[1]


async def _kept(served: Living) -> list[str]:
    """All that the database has about states, as text and as the bytes behind it."""
    async with served.world.parts.storage.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT t::text || encode(sealed, 'escape') FROM state_versions t "
                "UNION ALL SELECT t::text FROM state_locks t UNION ALL SELECT t::text FROM audit_log t"
            )
        )
        return [str(row[0]) for row in rows]


def test_terraform_works_on_a_state_that_nobody_else_reads_or_changes(
    served: Living, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, token = served.run(_deployed(served))
    address, stack, gate = f"{served.address}{path}", tmp_path / "stack", tmp_path / "gate"
    stack.mkdir()
    (stack / "main.tf").write_text(STACK)
    gate.touch()

    def ask(method: str, what: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.request(method, f"{address}{what}", headers=headers, timeout=PATIENCE_S)

    def place(name: str) -> Place:
        secrets = {"TF_HTTP_USERNAME": "anybody", "TF_HTTP_PASSWORD": token}
        made = Place.model_validate({"folder": tmp_path / name, "secrets": secrets})
        lay_out(made, stack, {"secret": CANARY, "gate": str(gate)}, http_backend(address))
        terraform.init(made)
        return made

    first, second = place("first"), place("second")
    terraform.plan(first)
    applied: list[terraform.Applied] = []
    working = threading.Thread(
        target=lambda: applied.append(terraform.apply(first, lambda _: None))
    )
    working.start()
    try:
        held = None
        until = time.monotonic() + PATIENCE_S
        while held is None and time.monotonic() < until:
            held = ask("GET", "/lock").json()["lock"]
            time.sleep(0.1)
        assert held is not None
        with pytest.raises(ProjectError, match=r"held by .+ \(ann@example.org\) since") as refused:
            terraform.plan(second)
        assert ask("DELETE", "").status_code == 423
    finally:
        gate.unlink()
        working.join(PATIENCE_S)
    assert refused.value.http_status == 423
    assert held["holder"]["Who"].endswith("(ann@example.org)")
    assert held["lease"]["reason"] == "apply"

    assert applied[0].is_done, applied[0].sentence
    assert ask("GET", "/lock").json() == {"lock": None}
    versions = StateVersions.model_validate(ask("GET", "/versions").json()).versions
    assert (versions[0].resources, versions[0].made_by) == (1, "ann@example.org")
    assert CANARY in ask("GET", "").text
    changes = terraform.plan(second)["resource_changes"]
    assert [one["change"]["actions"] for one in changes] == [["no-op"]]
    assert terraform.destroy(second, lambda _: None).is_done
    assert ask("GET", "/versions").json()["versions"][0]["resources"] == 0

    rows = served.run(_kept(served))
    assert len(rows) > 3
    assert not [row for row in rows if CANARY in row or CANARY.encode().hex() in row]
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert not [one for one in files if token.encode() in one.read_bytes()]
