"""What is wanted and what is there: a plan leads from one to the other."""

from typing import Annotated

from pydantic import Field

from stackwright.deployment.config import Deployment
from stackwright.deployment.migration import Migration
from stackwright.deployment.release import Snapshot
from stackwright.deployment.step import Resource, Step
from stackwright.value import Value


class Infrastructure(Value):
    """What an engine such as Terraform would change, in our own steps."""

    steps: tuple[Step, ...] = ()
    before: Annotated[tuple[Resource, ...], Field(description="All that is there.")] = ()
    after: Annotated[tuple[Resource, ...], Field(description="All that will be there.")] = ()


class Desired(Value):
    """A release that shall serve, with all that it needs."""

    deployment: Deployment
    release: Annotated[int, Field(description="The number it will get.", ge=1)]
    snapshot: Snapshot
    migrations: Annotated[
        tuple[Migration, ...], Field(description="Those that are still to be run, in their order.")
    ] = ()
    restores: Annotated[
        int | None, Field(description="The release that is gone back to; null: it is new.")
    ] = None
    infrastructure: Infrastructure = Infrastructure()

    @property
    def title(self) -> str:
        """What it is, for people."""
        if self.restores is not None:
            return f"Go back to release {self.restores} of {self.deployment.name}"
        return f"Deploy release {self.release} of {self.deployment.name}"


class Observed(Value):
    """What is there, by address."""

    resources: dict[str, Resource] = {}

    def fact(self, address: str, name: str) -> str:
        """A fact as text; empty: there is no such resource or fact."""
        resource = self.resources.get(address)
        value = resource.facts.get(name) if resource else None
        return "" if value is None else str(value)


def observed(*resources: Resource) -> Observed:
    """These resources, by their addresses."""
    return Observed(resources={resource.address: resource for resource in resources})
