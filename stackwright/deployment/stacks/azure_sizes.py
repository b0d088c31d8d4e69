"""What Azure calls our sizes, and the steps in which it gives storage and looks at metrics."""

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.capacity import Size
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Alarm, Measure

SERVERS: dict[Size, tuple[float, str]] = {
    Size.SMALL: (0.5, "1Gi"),
    Size.MEDIUM: (1, "2Gi"),
    Size.LARGE: (2, "4Gi"),
    Size.XLARGE: (4, "8Gi"),
}
"""Processors and memory of an instance, in the pairs that the consumption profile knows."""

CACHES = {
    Size.SMALL: "Balanced_B0",
    Size.MEDIUM: "Balanced_B1",
    Size.LARGE: "Balanced_B5",
    Size.XLARGE: "Balanced_B10",
}
DATABASE_PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MONGODB: 10260}
_SQL = {
    Size.SMALL: "B_Standard_B1ms",
    Size.MEDIUM: "B_Standard_B2s",
    Size.LARGE: "GP_Standard_D2ds_v4",
    Size.XLARGE: "GP_Standard_D4ds_v4",
}
_MONGODB = {Size.SMALL: "M10", Size.MEDIUM: "M20", Size.LARGE: "M30", Size.XLARGE: "M40"}
_STEPS_GB = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
_MYSQL_LEAST_GB = 20
_NEWEST = {Engine.POSTGRESQL: "17", Engine.MYSQL: "8.4", Engine.MONGODB: "8.0"}
_MYSQL_NAMES = {"8": "8.4", "8.0": "8.0.21"}  # Azure names the first series by its first release
_CONNECTIONS = {  # what a server of this size takes; Azure documentation, "Limits" of both services
    Engine.POSTGRESQL: {Size.SMALL: 50, Size.MEDIUM: 429, Size.LARGE: 859, Size.XLARGE: 1718},
    Engine.MYSQL: {Size.SMALL: 341, Size.MEDIUM: 1365, Size.LARGE: 2731, Size.XLARGE: 5461},
}
_WINDOWS = ((1, "PT1M"), (5, "PT5M"), (15, "PT15M"), (30, "PT30M"), (60, "PT1H"), (360, "PT6H"))


def database_size(deployment: Deployment) -> Size:
    """The size of the database server: standby and replicas need one that is not burstable."""
    database = deployment.database
    lasting = database.high_availability or database.replicas > 0
    small = database.size in (Size.SMALL, Size.MEDIUM)
    return Size.LARGE if lasting and small else database.size


def database_sku(deployment: Deployment) -> str:
    """What Azure calls that size."""
    names = _MONGODB if deployment.database.engine is Engine.MONGODB else _SQL
    return names[database_size(deployment)]


def database_version(deployment: Deployment) -> str:
    """The version of the database as Azure writes it."""
    database = deployment.database
    version = database.version or _NEWEST[database.engine]
    return _MYSQL_NAMES.get(version, version) if database.engine is Engine.MYSQL else version


def database_storage_gb(deployment: Deployment) -> int:
    """The next step of storage that Azure offers."""
    database = deployment.database
    if database.engine is Engine.MYSQL:
        return max(_MYSQL_LEAST_GB, database.storage_gb)
    return next(step for step in _STEPS_GB if step >= database.storage_gb)


def connections_limit(deployment: Deployment) -> int:
    """Connections that the server takes; 0: Azure says no number."""
    return _CONNECTIONS.get(deployment.database.engine, {}).get(database_size(deployment), 0)


def window(alarm: Alarm) -> str:
    """The next window of Azure Monitor that is as long as the alarm waits."""
    return next(name for minutes, name in _WINDOWS if minutes >= alarm.minutes)


def is_measured(alarm: Alarm, deployment: Deployment) -> bool:
    """Whether Azure has a metric for it."""
    connections = alarm.measure is Measure.DATABASE_CONNECTIONS_PERCENT
    return not (connections and deployment.database.engine is Engine.MONGODB)


def zone_of(domain: str) -> str:
    """The zone that a name lies in: the name without its first label, or itself when nothing else is left."""
    _, _, rest = domain.partition(".")
    return rest if "." in rest else domain
