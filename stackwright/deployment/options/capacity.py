"""How much there is of everything, and how it grows."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.value import Value


class Size(StrEnum):
    """How large a server is; `sizes.py` says what that is at each provider."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    XLARGE = "xlarge"


class Rollout(StrEnum):
    """How a new release takes over."""

    BLUE_GREEN = "blue_green"
    ROLLING = "rolling"
    RECREATE = "recreate"


class Scaling(Value):
    """Servers, their number, and how a release takes over."""

    size: Annotated[
        Size, Field(title="Server size", description="How large each instance of the back end is.")
    ] = Size.SMALL
    minimum: Annotated[
        int, Field(title="At least", description="Instances that always run.", ge=1, le=100)
    ] = 1
    maximum: Annotated[
        int, Field(title="At most", description="Instances under load.", ge=1, le=100)
    ] = 3
    cpu_percent: Annotated[
        int,
        Field(
            title="Processor target",
            description="Instances are added above this average load, in percent.",
            ge=20,
            le=90,
        ),
    ] = 60
    requests_per_instance: Annotated[
        int,
        Field(
            title="Requests target",
            description="Instances are added above this many requests a second for each; 0: by load alone.",
            ge=0,
            le=10_000,
        ),
    ] = 0
    cooldown_s: Annotated[
        int,
        Field(
            title="Calm before shrinking",
            description="Seconds of low load before an instance is taken away.",
            ge=30,
            le=3600,
        ),
    ] = 300
    zones: Annotated[
        int, Field(title="Zones", description="Spread over that many zones.", ge=1, le=3)
    ] = 2
    rollout: Annotated[
        Rollout,
        Field(
            title="Take-over",
            description="Blue-green starts the new beside the old one, rolling goes one by one, recreate stops first.",
        ),
    ] = Rollout.BLUE_GREEN
    health_path: Annotated[
        str,
        Field(
            title="Health path",
            description="Where a healthy back end answers 200.",
            pattern=r"^/[A-Za-z0-9._~/-]*$",
            max_length=200,
        ),
    ] = "/health"
    health_budget_s: Annotated[
        int,
        Field(
            title="Health budget",
            description="Seconds in which a new release must become healthy; then it is rolled back.",
            ge=5,
            le=1800,
        ),
    ] = 120
    drain_s: Annotated[
        int,
        Field(
            title="Drain",
            description="Seconds that the old release may take to finish its requests.",
            ge=0,
            le=600,
        ),
    ] = 30
    request_timeout_s: Annotated[
        int, Field(title="Request limit", description="Seconds for one request.", ge=1, le=600)
    ] = 30


class Cache(Value):
    """A cache beside the back end."""

    enabled: Annotated[
        bool, Field(title="Cache", description="Provide a Redis-compatible cache.")
    ] = False
    size: Annotated[Size, Field(title="Cache server", description="How large it is.")] = Size.SMALL
