"""The small stack, laid out in a working folder where the rehearsal stands for its providers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackwright.deployment.events import Event
from stackwright.deployment.rehearsal.wishes import Fault, Wishes, expected_of
from tasks import terraform
from tasks.rehearsal.cloud import wish
from tasks.terraform_folder import Backend, Place, lay_out
from tests.deployment.rehearsal.schemas import SCHEMAS, STACK
from tests.deployment.rehearsal.state_server import StateServer

Prepare = Callable[..., Place]


@pytest.fixture
def schemas(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The schemas of the small stack instead of those of our templates."""
    monkeypatch.setenv("STACKWRIGHT_REHEARSAL_SCHEMAS", str(SCHEMAS))
    return SCHEMAS


@pytest.fixture
def prepare(schemas: Path, tmp_path: Path) -> Prepare:
    """Lays the small stack out and makes Terraform ready."""

    def make(name: str = "work", backend: Backend | None = None, **more: object) -> Place:
        place = Place.model_validate({"folder": tmp_path / name, "rehearses": True, **more})
        lay_out(place, STACK, {"name": "shop"}, backend)
        terraform.init(place)
        return place

    return make


def plan_with(place: Place, *faults: Fault, delay_s: float = 0, **delays_s: float) -> None:
    """Plan, and wish for these failures and delays."""
    document = terraform.plan(place)
    delays = {name.replace("__", "."): seconds for name, seconds in delays_s.items()}
    wishes = Wishes(expected=expected_of(document), faults=faults, delay_s=delay_s, delays_s=delays)
    wish(place.rehearsal, wishes)


def until(true: Callable[[], bool], timeout_s: float = 60) -> None:
    """Wait for something that happens elsewhere."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def ignore(event: Event) -> None:
    """Hear nothing."""


@pytest.fixture
def state_server() -> Iterator[StateServer]:
    server = StateServer()
    yield server
    server.close()
