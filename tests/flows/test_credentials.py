"""Credentials are saved on a server, found by the name that a deployment says, and shown to nobody."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from app.cli.commands import run
from flows.credentials import BLOCKS, find, register_kinds, saved
from stackwright.errors import ProjectError
from tests.blocks.standin import Answer, StandIn, standing_in

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("orchestrator")]
CANARY = "canary-41aa-must-not-be-seen"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    account = {"email": "ada@shop.example", "status": "active"}
    with standing_in({"GET /v2/account": Answer(body={"account": account})}) as found:
        yield found


async def save(name: str, kind: str, **fields: str) -> None:
    async with get_client() as client:
        await BLOCKS[kind](**fields).save(name, overwrite=True, client=client)


async def test_forms_are_made_once_and_again_when_one_is_gone() -> None:
    async with get_client() as client:
        await register_kinds(client)
        assert not await register_kinds(client)
        for kind, block in BLOCKS.items():
            there = await client.read_block_type_by_slug(kind)
            assert there.description == block._description
            schema = await client.get_most_recent_block_schema_for_block_type(there.id)
            assert schema is not None
            assert all(part["description"] for part in schema.fields["properties"].values())
            assert schema.fields["secret_fields"]
        gone = await client.read_block_type_by_slug("stackwright-git")
        await client.delete_block_type(gone.id)
        assert await register_kinds(client)
        assert (await client.read_block_type_by_slug("stackwright-git")).id != gone.id


async def test_a_deployment_finds_its_credentials() -> None:
    await save("shop", "stackwright-digitalocean", token=CANARY)
    await save("shop", "stackwright-aws", region="eu-central-1", key_id="AKIA", key=CANARY)
    async with get_client() as client:
        kind, found = await find(client, "shop", "aws")
        assert kind == "stackwright-aws"
        assert found.environment()["AWS_SECRET_ACCESS_KEY"].get_secret_value() == CANARY
        assert ("stackwright-aws", "shop") in await saved(client)
        with pytest.raises(ProjectError, match="Several credentials are saved as shop"):
            await find(client, "shop")
        with pytest.raises(ProjectError, match="No credentials are saved as stackwright-gcp/shop"):
            await find(client, "shop", "gcp")
        assert (await find(client, "stackwright-digitalocean/shop"))[0].endswith("digitalocean")
        documents = await client.read_block_documents(include_secrets=False)
        assert not [one for one in documents if CANARY in one.model_dump_json()]


def test_a_block_shows_no_secret() -> None:
    fields: Any = {"region": "eu-central-1", "key": CANARY}
    wrong: Any = {"key": CANARY}
    block = BLOCKS["stackwright-aws"](**fields)
    for shown in (repr(block), str(block), block.model_dump_json(), str(block.model_dump())):
        assert CANARY not in shown
    with pytest.raises(ValueError) as caught:
        BLOCKS["stackwright-aws"](**wrong)
    assert CANARY not in str(caught.value)
    assert "AWS_SECRET_ACCESS_KEY" in block.opened().environment()


async def test_the_command_line_lists_and_tests(
    standin: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    def say(*words: str) -> tuple[int, str]:
        code = run(["credentials", *words, "--server", str(PREFECT_API_URL.value())])
        told = capsys.readouterr()
        assert CANARY not in told.out + told.err
        return code, told.out + told.err

    await save("ocean", "stackwright-digitalocean", token=CANARY, endpoint=standin.url)
    code, told = await asyncio.to_thread(say, "list")
    assert code == 0
    assert any(line.split() == ["ocean", "stackwright-digitalocean"] for line in told.splitlines())
    code, told = await asyncio.to_thread(say, "test", "ocean")
    assert (code, told.startswith("Connected as ada@shop.example to its team.")) == (0, True)
    standin.answers["GET /v2/apps"] = Answer(403, {})
    code, told = await asyncio.to_thread(say, "test", "ocean", "--json")
    assert (code, json.loads(told)["missing"]) == (1, ["app:read"])
    standin.answers["GET /v2/account"] = Answer(401, {"message": f"Bad {CANARY}"})
    code, told = await asyncio.to_thread(say, "test", "ocean")
    assert code == 1
    assert "DigitalOcean does not accept the credentials: “Bad …”" in told
    code, told = await asyncio.to_thread(say, "test", "nobody")
    assert "No credentials are saved as nobody" in told
