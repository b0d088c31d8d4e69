"""Generated and published projects."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.stories.generation import generate_locally
from stackwright.generation.config import Config
from stackwright.generation.request import GenerateRequest
from tasks.artifacts import publish_output
from tests.flows.conftest import SHOP

SMALL = Config(tests=False, docs=True, sample_data=False, docker=False, env_configs=False)
PLACE = "projects/shop/first"


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop; look at it, don't change it."""
    out = tmp_path_factory.mktemp("generated") / "shop"
    patch = pytest.MonkeyPatch()
    patch.setattr("tasks.history.history_file", lambda: out.parent / "history.jsonl")
    generate_locally(GenerateRequest(model=SHOP, out=str(out), config=SMALL), lambda _: None)
    patch.undo()
    return out


@pytest.fixture
def folder_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of this test alone."""
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path / "artifacts"


@pytest.fixture
def publish(generated: Path, folder_store: Path) -> Callable[[str], None]:
    """Publishes the shop."""

    def publish(place: str) -> None:
        publish_output(generated, place)

    return publish


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a store in an emulated S3 on this machine."""
    import fsspec
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    name = f"outputs-{port}"  # the emulator's buckets live as long as the process
    fsspec.filesystem("s3").mkdir(name)
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", f"s3://{name}/some/prefix")
    yield f"s3://{name}/some/prefix"
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.stop()
