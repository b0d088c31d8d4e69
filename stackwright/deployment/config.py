"""What the wizard fills in: a whole deployment, page by page."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from stackwright.deployment.options.address import Address
from stackwright.deployment.options.capacity import Cache, Scaling
from stackwright.deployment.options.database import Database
from stackwright.deployment.options.place import LABEL, Cloud, Environment, Setting, Target
from stackwright.deployment.options.recovery import Recovery
from stackwright.deployment.options.watching import Watching
from stackwright.value import Value


class Review(Value):
    """What is looked at last."""

    budget_usd_per_month: Annotated[
        float | None,
        Field(
            title="Budget",
            description="A plan that would cost more a month, in US dollars, is refused; none: no limit.",
            ge=0,
            allow_inf_nan=False,
        ),
    ] = None
    tags: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")],
            Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,63}$")],
        ],
        Field(
            title="Tags",
            description="Every resource gets them, besides the project, environment and release.",
            max_length=20,
        ),
    ] = {}


class Deployment(Value):
    """All choices of a deployment. Every field is a page of the wizard; the defaults are safe."""

    name: Annotated[
        str,
        Field(
            title="Name",
            description="Begins the names of all resources: a to z, 0 to 9 and -, 40 characters at most.",
            pattern=LABEL,
        ),
    ]
    cloud: Annotated[Cloud, Field(title="Cloud", description="Where it runs.")] = Cloud()
    setting: Annotated[
        Setting, Field(title="Environment", description="What it is for, variables, secrets.")
    ] = Setting()
    database: Annotated[
        Database, Field(title="Database", description="What it keeps its rows in.")
    ] = Database()
    address: Annotated[
        Address, Field(title="Domain and TLS", description="Its name, and who may reach it.")
    ] = Address()
    scaling: Annotated[
        Scaling, Field(title="Scaling", description="How much there is, and how it grows.")
    ] = Scaling()
    cache: Annotated[Cache, Field(title="Cache", description="A cache beside the back end.")] = (
        Cache()
    )
    watching: Annotated[
        Watching, Field(title="Monitoring and logging", description="What is watched and told.")
    ] = Watching()
    recovery: Annotated[
        Recovery, Field(title="Backup and recovery", description="What is kept to go back to.")
    ] = Recovery()
    review: Annotated[Review, Field(title="Review", description="What is looked at last.")] = (
        Review()
    )

    @model_validator(mode="after")
    def _holds_no_nul(self) -> Self:
        if any("\x00" in text for text in _texts(self.model_dump(mode="json"))):
            raise ValueError("a text holds the character NUL, which no environment variable takes")
        return self

    @property
    def site(self) -> str:
        """What it is called among all that run on one machine, such as bookshop-staging."""
        return f"{self.name}-{self.setting.environment}"

    @property
    def settings_version(self) -> str:
        """Tells what the product is told from anything else that it could be: variables and references to secrets."""
        told = json.dumps(self.setting.model_dump(mode="json"), sort_keys=True)
        return sha256(told.encode()).hexdigest()[:16]

    @property
    def is_production(self) -> bool:
        """Whether users depend on it."""
        return self.setting.environment is Environment.PRODUCTION

    @property
    def is_cloud(self) -> bool:
        """Whether a provider is paid for it."""
        return self.cloud.target not in (Target.LOCAL, Target.KUBERNETES)


PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Cloud", ("name", "cloud")),
    ("Environment", ("setting",)),
    ("Database", ("database",)),
    ("Domain and TLS", ("address",)),
    ("Scaling and performance", ("scaling", "cache")),
    ("Monitoring and logging", ("watching",)),
    ("Backup and recovery", ("recovery",)),
    ("Review", ("review",)),
)


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
