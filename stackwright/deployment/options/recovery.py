"""What is kept for the day when something is lost."""

from typing import Annotated

from pydantic import Field

from stackwright.value import Value


class Recovery(Value):
    """Backups of the data, and releases to go back to."""

    backups: Annotated[bool, Field(title="Backups", description="Back the database up daily.")] = (
        True
    )
    backup_days: Annotated[
        int, Field(title="Keep backups", description="Days that a backup is kept.", ge=1, le=35)
    ] = 7
    backup_hour: Annotated[
        int, Field(title="Hour", description="Hour of the day in UTC.", ge=0, le=23)
    ] = 3
    point_in_time: Annotated[
        bool,
        Field(
            title="Any moment",
            description="Keep what is needed to restore any moment between two backups.",
        ),
    ] = True
    second_region: Annotated[
        str,
        Field(
            title="Second region",
            description="Copy backups there, too; empty: not.",
            pattern=r"^[a-zA-Z0-9-]*$",
            max_length=40,
        ),
    ] = ""
    before_migrations: Annotated[
        bool,
        Field(
            title="Before migrations",
            description="Back up before the tables are changed. A destructive migration always does.",
        ),
    ] = True
    automatic_rollback: Annotated[
        bool,
        Field(
            title="Roll back by itself",
            description="A release that does not become healthy in its budget is taken back.",
        ),
    ] = True
    releases: Annotated[
        int,
        Field(
            title="Keep releases",
            description="Builds that are kept to go back to, besides the one that serves.",
            ge=1,
            le=50,
        ),
    ] = 5
