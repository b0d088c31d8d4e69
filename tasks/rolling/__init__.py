"""Carry an image to a service that runs at a provider: its migrations first, then the service until it is steady.

Each provider has a file with the same three functions. Events are numbered from 1 in each call; their addresses and
actions are those of the steps `migrate` and `roll_out` of a plan.
"""

import importlib
from typing import Protocol, cast

from stackwright.deployment.health import Judgement
from stackwright.deployment.options.place import Target
from stackwright.errors import ProjectError
from tasks.effect import effect
from tasks.rolling.served import Service, Tell

__all__ = ["Service", "Tell", "migrate", "roll_out", "running"]

PROVIDERS = frozenset({Target.AWS, Target.AZURE, Target.DIGITALOCEAN, Target.GCP})


class _Provider(Protocol):
    def running(self, service: Service) -> str: ...

    def migrate(self, service: Service, image: str, tell: Tell, *, budget_s: float) -> None: ...

    def roll_out(
        self, service: Service, image: str, tell: Tell, *, budget_s: float
    ) -> Judgement: ...


@effect(retries=2, timeout_s=120)
def running(service: Service) -> str:
    """The reference of the image that serves now; empty: none does.

    Raises:
        ProjectError: The provider refuses to tell, or cannot be reached.
    """
    return _provider(service).running(service)


@effect(timeout_s=7200)
def migrate(service: Service, image: str, tell: Tell, *, budget_s: float) -> None:
    """Bring the tables to what an image needs, by its own `alembic upgrade head` at the provider.

    Args:
        service: Where.
        image: Whose migrations.
        tell: Hears what happens.
        budget_s: Seconds in which they must be done.

    Raises:
        ProjectError: They fail (HTTP 409); the message has their last lines.
    """
    _provider(service).migrate(service, image, tell, budget_s=budget_s)


@effect(timeout_s=7200)
def roll_out(service: Service, image: str, tell: Tell, *, budget_s: float) -> Judgement:
    """Let a service run an image, and follow it until it is steady, will not become so, or time is up.

    Args:
        service: Which.
        image: What it runs from now on. When it does already, it is only looked at.
        tell: Hears what happens.
        budget_s: Seconds in which it must be steady (see `stackwright.deployment.rolling.look.budget_s`).

    Returns:
        Healthy, or failed with the reason and the last lines of what failed.

    Raises:
        ProjectError: The provider refuses it, or cannot be reached.
    """
    return _provider(service).roll_out(service, image, tell, budget_s=budget_s)


def _provider(service: Service) -> _Provider:
    if service.target not in PROVIDERS:
        raise ProjectError.bad_input(
            f"Images are not rolled out to {service.target} in this way.",
            hint=f"They are to: {', '.join(sorted(PROVIDERS))}.",
        )
    return cast("_Provider", importlib.import_module(f"tasks.rolling.{service.target.value}"))
