"""What is watched, kept in logs, and told to whom."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.deployment.options.place import SecretReference
from stackwright.value import Value

Mail = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$", max_length=254)]


class Measure(StrEnum):
    """What an alarm looks at."""

    CPU_PERCENT = "cpu_percent"
    MEMORY_PERCENT = "memory_percent"
    ERRORS_PERCENT = "errors_percent"
    P99_MS = "p99_ms"
    DATABASE_STORAGE_PERCENT = "database_storage_percent"
    DATABASE_CONNECTIONS_PERCENT = "database_connections_percent"
    RESTARTS = "restarts"


class Alarm(Value):
    """Something that somebody has to be told."""

    measure: Annotated[Measure, Field(title="Measure", description="What is looked at.")]
    above: Annotated[
        float,
        Field(
            title="Above",
            description="In the unit of the measure's name.",
            ge=0,
            allow_inf_nan=False,
        ),
    ]
    minutes: Annotated[
        int, Field(title="Minutes", description="That many in a row before it rings.", ge=1, le=120)
    ] = 5


ALARMS = (
    Alarm(measure=Measure.ERRORS_PERCENT, above=1),
    Alarm(measure=Measure.P99_MS, above=1000),
    Alarm(measure=Measure.CPU_PERCENT, above=85, minutes=15),
    Alarm(measure=Measure.DATABASE_STORAGE_PERCENT, above=80, minutes=15),
    Alarm(measure=Measure.RESTARTS, above=3),
)


class LogLevel(StrEnum):
    """From which weight on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Watching(Value):
    """What is watched, kept in logs, and told to whom."""

    metrics: Annotated[
        bool, Field(title="Metrics", description="Collect load, latency, errors and memory.")
    ] = True
    traces: Annotated[
        bool, Field(title="Traces", description="Collect the way of requests through the parts.")
    ] = False
    log_level: Annotated[
        LogLevel, Field(title="Log level", description="Lighter lines are not written.")
    ] = LogLevel.INFO
    log_days: Annotated[
        int, Field(title="Keep logs", description="Days that logs are kept.", ge=1, le=3650)
    ] = 30
    access_log: Annotated[
        bool, Field(title="Access log", description="Write a line for each request.")
    ] = True
    alarms: Annotated[
        tuple[Alarm, ...],
        Field(title="Alarms", description="What somebody has to be told.", max_length=50),
    ] = ALARMS
    mails: Annotated[
        tuple[Mail, ...], Field(title="Tell by mail", description="Addresses.", max_length=20)
    ] = ()
    webhook: Annotated[
        SecretReference | None,
        Field(
            title="Tell by webhook",
            description="Where the address of the webhook lies; such addresses are secrets.",
        ),
    ] = None
    health_every_s: Annotated[
        int, Field(title="Health check", description="Seconds between two checks.", ge=5, le=3600)
    ] = 30
    drift_every_h: Annotated[
        int,
        Field(
            title="Drift check",
            description="Hours between two comparisons with what was deployed; 0: none.",
            ge=0,
            le=168,
        ),
    ] = 24
