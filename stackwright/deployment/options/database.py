"""The database of a deployment."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.deployment.options.capacity import Size
from stackwright.value import Value


class Engine(StrEnum):
    """The kind of database."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MONGODB = "mongodb"


class Database(Value):
    """What the product keeps its rows in."""

    engine: Annotated[
        Engine, Field(title="Database", description="The kind of database that is provided.")
    ] = Engine.POSTGRESQL
    version: Annotated[
        str,
        Field(
            title="Version",
            description="Its major version; empty: the newest that the target offers.",
            pattern=r"^[0-9.]*$",
            max_length=12,
        ),
    ] = ""
    size: Annotated[
        Size, Field(title="Database server", description="How large the database server is.")
    ] = Size.SMALL
    storage_gb: Annotated[
        int, Field(title="Storage", description="Gigabytes to begin with.", ge=10, le=16_000)
    ] = 20
    storage_limit_gb: Annotated[
        int,
        Field(
            title="Storage limit",
            description="It may grow by itself up to that many gigabytes.",
            ge=10,
            le=64_000,
        ),
    ] = 100
    high_availability: Annotated[
        bool,
        Field(
            title="Standby",
            description="Keep a standby in another zone that takes over by itself. About twice the price.",
        ),
    ] = False
    replicas: Annotated[
        int, Field(title="Read replicas", description="Copies that answer reads.", ge=0, le=5)
    ] = 0
    connections: Annotated[
        int,
        Field(
            title="Connections",
            description="At most that many for each instance of the back end.",
            ge=1,
            le=200,
        ),
    ] = 10
    public: Annotated[
        bool,
        Field(
            title="Public address",
            description="Let the database be reached from the internet. Leave it off.",
        ),
    ] = False
    encrypted: Annotated[
        bool, Field(title="Encryption at rest", description="Encrypt its disks and backups.")
    ] = True
    deletion_protection: Annotated[
        bool,
        Field(
            title="Deletion protection",
            description="The provider refuses to delete it until this is taken off in a step of its own.",
        ),
    ] = True
