"""Somebody on the way to a provider and back, for tests of single sign-on."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.api.conftest import NewWorld
from tests.api.world import World
from tests.web.person import Person
from tests.web.provider import TestProvider, serving
from tests.web.test_accounts import said

START = "/sign-in/oidc"


@pytest.fixture(scope="module")
def served() -> Iterator[TestProvider]:
    with serving() as made:
        yield made


@pytest.fixture
def provider(served: TestProvider) -> TestProvider:
    served.again()
    return served


@pytest.fixture
async def here(new_world: NewWorld, provider: TestProvider) -> World:
    """An application that knows the provider; both look at one clock."""
    world = await new_world(oidc=provider.oidc)
    provider.now = world.clock
    return world


async def way_back(person: Person, provider: TestProvider, start: str = START) -> str:
    """Where the provider sends somebody who went there."""
    away = await person.get(start)
    assert away.status_code == 303, said(away.text)
    there = urlsplit(away.headers["Location"])
    assert f"{there.scheme}://{there.netloc}" == provider.address
    back = urlsplit(provider.authorize(dict(parse_qsl(there.query))))
    return f"{back.path}?{back.query}"


async def tried(person: Person, provider: TestProvider, start: str = START) -> httpx.Response:
    """The answer to somebody who went there and came back."""
    return await person.get(await way_back(person, provider, start))
