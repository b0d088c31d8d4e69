"""The API does what its OpenAPI document says, whatever it is sent: inputs invented by schemathesis."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stackwright.access.rights import Role, Scope
from tests.web.living import Living, living

pytestmark = [pytest.mark.services, pytest.mark.slow]

MOST_S = 40
# What is refused for its meaning, such as a cursor of somebody else's, is right by the schema: not among them.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method,use_after_free"
)


@pytest.fixture
def served() -> Iterator[Living]:
    with living() as one:
        yield one


def test_the_api_keeps_its_contract(served: Living, tmp_path: Path) -> None:
    async def token() -> str:
        root = await served.world.account("root@example.org", Role.ADMIN)
        visitor = await served.world.program(root, list(Scope))
        return visitor.headers["Authorization"]

    document = f"{served.address}/api/v1/openapi.json"
    assert httpx.get(document, timeout=120).is_success  # it is made now; Schemathesis waits 10 s
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "schemathesis"), "run"),
            document,
            *("--header", f"Authorization: {served.run(token())}"),
            *("--checks", CHECKS),
            *f"--max-examples 12 --max-time {MOST_S} --seed 7 --no-color --no-shrink".split(),
            *"--phases examples,coverage,fuzzing --generation-database none".split(),
            *("--request-timeout", "60"),  # it only must not hang
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=5 * MOST_S,
    )
    assert done.returncode == 0, done.stdout[-8000:]
