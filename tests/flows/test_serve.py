"""An installation as people start it: runs reach their ends, truthfully, and it leaves nothing behind."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from prefect.client.orchestration import PrefectClient, get_client

from app import runs
from app.installation.children import MOST_ENDS, Child
from app.installation.running import SERVER, running
from app.installation.settings import environment
from flows.worker.warm import LOST, TYPE
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, Platform
from stackwright.generation.progress import MessageKind
from tests.flows.processes import (
    POOL,
    command_in,
    deploy_sleeper,
    followed,
    process_of,
    until,
    waiting_in,
)
from tests.flows.serving import Served, command, free_port, gone, program, serving, words

pytestmark = [pytest.mark.services, pytest.mark.slow]

ADMIN = {"email": "ada@example.org", "password": "seven quiet copper kettles"}
LITTLE = Config(platforms=(Platform.BACKEND,), tests=False, sample_data=False, docker=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module's installation."""
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    """The installation, started once."""
    with serving(data) as running:
        yield running


@pytest.fixture
async def client(served: Served) -> AsyncIterator[PrefectClient]:
    """A client of the installation's Prefect."""
    with runs.on(served.address):
        async with get_client() as connected:
            yield connected


@pytest.fixture
async def sleeper(client: PrefectClient) -> str:
    """A deployed flow that sleeps."""
    return await deploy_sleeper(client)


async def test_a_run_reaches_its_end_and_its_messages_arrive_in_order(
    client: PrefectClient, shop: Path, tmp_path: Path
) -> None:
    parameters = {
        "model": str(shop),
        "out": str(tmp_path / "out"),
        "config": LITTLE.model_dump(mode="json"),
    }
    run = await runs.start(runs.GENERATE, parameters)
    told = [message async for message in runs.follow(run)]
    assert [message.number for message in told] == list(range(1, len(told) + 1))
    assert told[0].kind is MessageKind.STARTED
    assert told[-1].kind is MessageKind.COMPLETE
    report = await runs.result(run)
    assert all((tmp_path / "out" / path).is_file() for path in report.receipt.created)
    ended = await runs.look(run)
    assert ended.succeeded
    assert ended.name == "shop → out"


async def test_a_run_starts_within_seconds(client: PrefectClient, sleeper: str) -> None:
    run = await runs.start(sleeper, {"naps": 1, "seconds": 0.01})
    ended = await until(client, run.id, "Completed")
    assert ended.created is not None
    assert ended.start_time is not None
    assert (ended.start_time - ended.created).total_seconds() < 5  # 0.6 s on a machine at rest


async def test_a_run_becomes_the_process_that_waited_for_it(
    served: Served, client: PrefectClient, sleeper: str
) -> None:
    for _ in range(2):  # after the first run another process waits
        waiting = await waiting_in(served)
        run = await runs.start(sleeper, {"naps": 1, "seconds": 0.01})
        ended = await until(client, run.id, "Completed")
        assert ended.infrastructure_pid == str(waiting.pid)


async def test_a_run_does_without_a_process_that_waits(
    served: Served, client: PrefectClient, sleeper: str
) -> None:
    waiting = await waiting_in(served)
    waiting.kill()
    assert gone([waiting])
    run = await runs.start(sleeper, {"naps": 1, "seconds": 0.01})
    ended = await until(client, run.id, "Completed", "Crashed")
    assert ended.state_name == "Completed"
    assert ended.infrastructure_pid != str(waiting.pid)


async def test_a_bad_model_fails_with_its_findings(client: PrefectClient, tmp_path: Path) -> None:
    bad = "stackwright: 1\nname: shop\nentities:\n  Book:\n    fields:\n      title: x\n"
    run = await runs.start(runs.GENERATE, {"model": bad, "out": str(tmp_path / "out")})
    told = [message async for message in runs.follow(run)]
    with pytest.raises(ProjectError) as caught:
        await runs.result(run)
    assert caught.value.exit_code == 2
    assert caught.value.findings[0].line == 6
    assert told[-1].kind is MessageKind.ERROR
    assert not (tmp_path / "out").exists()


async def test_a_run_whose_process_is_killed_is_crashed(
    client: PrefectClient, sleeper: str
) -> None:
    run = await runs.start(sleeper, {})
    process = await process_of(client, run.id)
    process.kill()
    ended = await until(client, run.id, "Crashed")
    assert ended.state is not None
    assert "-9" in str(ended.state.message)
    with pytest.raises(ProjectError, match="crashed"):
        await runs.result(run)


async def test_a_run_ends_with_its_worker(
    served: Served, client: PrefectClient, sleeper: str
) -> None:
    run = await runs.start(sleeper, {})
    process = await process_of(client, run.id)
    program(served, "flows.worker").kill()
    assert gone([process])
    await until(client, run.id, "Crashed")


async def test_a_run_that_is_cancelled_ends_as_cancelled_and_its_process_is_gone(
    client: PrefectClient, sleeper: str
) -> None:
    run = await runs.start(sleeper, {})
    process = await process_of(client, run.id)
    await runs.cancel(run)
    await until(client, run.id, "Cancelled")
    assert gone([process])


@pytest.mark.parametrize("end", ["cancelled", "killed"])
async def test_the_commands_of_a_run_end_with_it(
    client: PrefectClient, tmp_path: Path, end: str
) -> None:
    flow_id = await client.create_flow_from_name("busy")
    await client.create_deployment(
        flow_id=flow_id, name="test", entrypoint="tests.flows.sleeper.work", work_pool_name=POOL
    )
    run = await runs.start("busy/test", {"folder": str(tmp_path)})
    process = await process_of(client, run.id)
    command = await command_in(tmp_path / "pid")
    family = [process, command, *command.children()]
    assert len(family) == 3
    if end == "cancelled":
        await runs.cancel(run)
        await until(client, run.id, "Cancelled")
    else:
        process.kill()
        await until(client, run.id, "Crashed")
    assert gone(family)


async def test_a_run_rests_and_goes_on(client: PrefectClient, sleeper: str) -> None:
    run = await runs.start(sleeper, {"naps": 4, "seconds": 0.5})
    process = await process_of(client, run.id)
    await runs.pause(run)
    await until(client, run.id, "Suspended")
    assert gone([process])
    await runs.resume(run)
    ended = await until(client, run.id, "Completed")
    assert ended.infrastructure_pid != str(process.pid)


async def test_a_failed_run_is_retried_as_the_same_run(
    client: PrefectClient, shop: Path, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "folder"
    in_the_way.touch()
    out = in_the_way / "out"
    run = await runs.start(
        runs.GENERATE,
        {"model": str(shop), "out": str(out), "config": LITTLE.model_dump(mode="json")},
    )
    assert (await until(client, run.id, "Failed")).run_count == 1
    with pytest.raises(ProjectError, match="a part of that path is a file"):
        await runs.result(run)
    in_the_way.unlink()
    await runs.retry(run)
    assert (await until(client, run.id, "Completed")).run_count == 2
    told = [message async for message in runs.follow(run)]
    assert [m.number for m in told if m.attempt == 2] == list(range(1, told[-1].number + 1))
    assert told[-1].kind is MessageKind.COMPLETE
    assert (await runs.result(run)).receipt.files > 0


async def test_runs_at_the_same_time_are_limited(client: PrefectClient, sleeper: str) -> None:
    started = [await runs.start(sleeper, {"naps": 1, "seconds": 1.0}) for _ in range(4)]
    most = 0
    async with asyncio.timeout(60):
        while True:
            seen = [(await client.read_flow_run(run.id)).state_name for run in started]
            most = max(most, seen.count("Running"))
            if seen.count("Completed") == len(started):
                break
            await asyncio.sleep(0.05)
    assert 0 < most <= 2


async def test_the_same_key_is_the_same_run(client: PrefectClient, sleeper: str) -> None:
    first = await runs.start(sleeper, {"naps": 0}, idempotency_key="once")
    second = await runs.start(sleeper, {"naps": 0}, idempotency_key="once")
    assert first.id == second.id


async def test_the_worker_is_known_and_online(client: PrefectClient) -> None:
    pool = await client.read_work_pool(POOL)
    workers = await client.read_workers_for_work_pool(POOL)
    assert pool.type == TYPE
    assert [worker.status for worker in workers] == ["ONLINE"]


async def test_an_unknown_deployment_is_named(client: PrefectClient) -> None:
    with pytest.raises(ProjectError, match="no deployment nothing/here"):
        await runs.start("nothing/here", {})


async def test_a_server_that_is_not_there_is_named() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ProjectError, match=f"No server answers at {address}"), runs.on(address):
        await runs.start(runs.GENERATE, {})


def test_a_second_instance_on_the_same_data_is_refused(served: Served, data: Path) -> None:
    refused = subprocess.run(
        command(data, free_port()), capture_output=True, text=True, check=False, timeout=60
    )
    assert refused.returncode == 1
    assert f"already serves from {data} (process {served.process.pid})" in words(refused.stderr)


def test_a_port_that_is_taken_is_named_with_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            command(tmp_path / "data", port),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert refused.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in words(refused.stderr)
    assert "--port" in refused.stderr


def test_a_program_that_dies_again_and_again_is_named_and_a_second_start_stops_without_a_trace(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with serving(data) as first:
        token = _make_first_admin(first)
        for killed in range(MOST_ENDS + 1):
            family = first.family
            program(first, "server").kill()
            if killed < MOST_ENDS:
                _until_said(first, "it is started again", killed + 1)
        assert first.process.wait(60) == 1
        said = words(data.with_suffix(".out").read_text("utf-8"))
    assert "Prefect's server was killed by signal 9" in said
    assert str(data / "log" / "server.log") in said
    assert gone(family)
    assert token not in (data / "log" / "web.log").read_text("utf-8")
    assert (data / "secret_key").stat().st_mode & 0o077 == 0
    with serving(data) as second:
        family = second.family
        assert "welcome" not in second.said
        assert httpx.post(f"{second.web}/api/v1/sessions", json=ADMIN).status_code == 201
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(60) == 0
    assert gone(family)


def _until_said(served: Served, text: str, times: int) -> None:
    deadline = time.monotonic() + 30
    while words(served.said).count(text) < times:
        assert time.monotonic() < deadline, served.said
        time.sleep(0.05)


def _make_first_admin(served: Served) -> str:
    """Do what `serve` says, which can be done once; the token that it gave."""
    assert httpx.get(f"{served.web}/api/v1/health").json()["status"] == "ok"
    link = next(word for word in served.said.split() if "/welcome?token=" in word)
    assert "Make the account" in httpx.get(link, headers={"Accept": "text/html"}).text
    address, _, token = link.partition("/welcome?token=")
    assert address == served.web
    sent = {**ADMIN, "name": "Ada", "token": token}
    answers = [httpx.post(f"{served.web}/api/v1/welcome", json=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 403]
    return token


async def test_a_run_that_is_running_when_everything_stops_is_crashed_not_lost(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with serving(data) as first, runs.on(first.address):
        async with get_client() as client:
            run = await runs.start(await deploy_sleeper(client), {})
            process = await process_of(client, run.id)
        first.process.terminate()
        assert first.process.wait(60) == 0
        assert gone([process])
    with serving(data) as second, runs.on(second.address):
        async with get_client() as client:
            ended = await until(client, run.id, "Crashed")
            assert ended.state is not None
            # Prefect and the worker both report the end; whichever comes first says why.
            why = str(ended.state.message)
            assert "terminat" in why or "cancelled by the runtime" in why
            killed = await runs.start("sleeper/test", {})
            process = await process_of(client, killed.id)
        process.suspend()  # it shall not hear that everything stops, and tell the server why
        program(second, "flows.worker").kill()
        process.kill()
        assert gone([process])
        async with get_client() as client:  # the next worker says so
            ended = await until(client, killed.id, "Crashed")
            assert ended.state is not None
            assert ended.state.message == LOST


async def test_the_worker_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    async with (
        running("127.0.0.1", port, data, 2, free_port()) as installation,
        AsyncExitStack() as stack,
    ):
        addresses, server = installation.addresses, installation.children[1]
        with runs.on(addresses.prefect):
            async with get_client() as client:
                sleeper = await deploy_sleeper(client)
                run = await runs.start(sleeper, {"naps": 20, "seconds": 0.5})
                await until(client, run.id, "Running")
                following = asyncio.create_task(followed(run))
                await server.stop(5)
                settings = environment("127.0.0.1", port, data, addresses.prefect_database_url)
                again = await Child.start("Server", SERVER, settings, data / "log" / "again.log")
                stack.push_async_callback(again.stop, 10)
                assert (await following).succeeded
                cancelled = await runs.start(sleeper, {})
                process = await process_of(client, cancelled.id)
                await runs.cancel(cancelled)
                await until(client, cancelled.id, "Cancelled")
                assert gone([process])
