"""The stack of AWS in an account of `moto`, made once for all tests that look at it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from blocks.aws import AwsAccount, client
from stackwright.deployment.events import Event
from tasks import terraform
from tasks.stacks import stack_folder, stack_variables
from tasks.terraform import Applied
from tasks.terraform_folder import Place, lay_out
from tests.deployment.behaviour.cloud import mirrored, moto, rewritten
from tests.deployment.examples import production
from tests.deployment.stacks.test_variants import ALARMS

IMAGE = "example/bookshop@sha256:" + "0" * 64
DEPLOYMENT = production(
    address={"manage_dns": True, "aliases": ["www.example.com"]},
    watching={"alarms": ALARMS},
    review={"tags": {"team": "books"}},
)


class Made(NamedTuple):
    """What is there, and how it came."""

    account: AwsAccount
    place: Place
    planned: dict[str, Any]
    events: tuple[Event, ...]
    applied: Applied

    def ask(self, service: str) -> Any:
        """A client of one service; its classes are made at run time."""
        return client(self.account, service)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("behaviour")
    with moto(folder) as account:
        client(account, "route53").create_hosted_zone(Name="example.com", CallerReference="1")
        place = Place(folder=folder / "work", secrets=account.environment())
        stack = rewritten(stack_folder("aws", "terraform"), folder / "stack", account.endpoint)
        lay_out(place, stack, stack_variables(DEPLOYMENT, IMAGE))
        mirrored(place, folder / "mirror")
        terraform.init(place)
        assert terraform.validate(place) == ()
        planned = terraform.plan(place)
        heard: list[Event] = []
        applied = terraform.apply(place, heard.append)
        yield Made(account, place, planned, tuple(heard), applied)
