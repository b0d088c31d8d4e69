"""What the choices come to a month before anything is planned: an estimate that says what it does not know."""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from stackwright.deployment.config import Deployment
from stackwright.deployment.cost import Cost, Prices, cost
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.place import Target
from stackwright.deployment.stacks import aws_sizes, azure_sizes, digitalocean, gcp
from stackwright.deployment.step import Fact, Facts, Resource
from stackwright.value import Value

NOTHING: dict[Target, str] = {
    Target.LOCAL: "It runs on this machine, and nobody is paid for it.",
    Target.KUBERNETES: "It runs in your cluster: its machines are paid for whether this runs or not.",
}


class Bill(Value):
    """What a deployment comes to a month by list prices, in US dollars, without taxes, rebates and traffic."""

    state: Annotated[
        Literal["nothing", "known", "partly"],
        Field(
            description="nothing: nobody is paid; partly: some of it has no price or goes by use."
        ),
    ]
    usd_per_month: Annotated[float, Field(description="What is known of it.")] = 0
    delta_usd_per_month: Annotated[
        float | None, Field(description="Against the saved choices; null: there are none.")
    ] = None
    said: Annotated[str, Field(description="All of this in a sentence.")]
    cost: Annotated[Cost, Field(description="Part by part.")] = Cost()


def bill(wanted: Deployment, saved: Deployment | None = None, prices: Prices | None = None) -> Bill:
    """What these choices come to, and what changes against the saved ones.

    Args:
        wanted: The choices.
        saved: Those that were saved; None: none were.
        prices: The table of prices; None: the one that comes with Stackwright.
    """
    before, after = expected(saved) if saved else (), expected(wanted)
    found = cost(before, after, prices)
    delta = found.delta_usd_per_month if saved else None
    why = NOTHING.get(wanted.cloud.target)
    if why:
        return Bill(state="nothing", delta_usd_per_month=delta, said=why, cost=found)
    left = {*found.by_use, *found.unknown}
    here = {one.address for one in after}
    names = [name for name in (*found.by_use, *found.unknown) if name in here]
    missing = f" Not counted: {', '.join(names).lower()}." if names else ""
    usd = found.after_usd_per_month
    return Bill(
        state="partly" if left & here else "known",
        usd_per_month=usd,
        delta_usd_per_month=delta,
        said=f"About {usd:,.2f} USD a month, with as few instances as may run.{missing}",
        cost=found,
    )


def expected(deployment: Deployment) -> tuple[Resource, ...]:
    """The parts that are charged for, by the names that people know; the plan says which they are exactly."""
    make = PARTS.get(deployment.cloud.target)
    return tuple(make(deployment)) if make else ()


def _aws(deployment: Deployment) -> Iterator[Resource]:
    database, scaling, address = deployment.database, deployment.scaling, deployment.address
    facts: Facts
    if database.engine is Engine.MONGODB:
        kind, facts = (
            "aws_docdb_cluster_instance",
            {"instance_class": aws_sizes.DOCUMENTS[database.size]},
        )
        yield _part("Database", kind, **facts)
        if database.high_availability:
            yield _part("Standby of the database", kind, **facts)
    else:
        kind = "aws_db_instance"
        facts = {
            "instance_class": aws_sizes.DATABASES[database.size],
            "allocated_storage": database.storage_gb,
        }
        yield _part("Database", kind, **facts, multi_az=database.high_availability)
    for number in range(database.replicas):
        yield _part(f"Read replica {number + 1}", kind, **facts)
    cpu, memory = aws_sizes.SERVERS[scaling.size]
    yield _part(
        "Back end", "aws_ecs_service", cpu=cpu, memory=memory, desired_count=scaling.minimum
    )
    yield _part("Load balancer", "aws_lb")
    for number in range(scaling.zones if deployment.is_production else 1):
        yield _part(f"Way out of zone {number + 1}", "aws_nat_gateway")
    if deployment.cache.enabled:
        kind = "aws_elasticache_replication_group"
        nodes = 2 if deployment.is_production else 1
        yield _part(
            "Cache",
            kind,
            node_type=aws_sizes.CACHES[deployment.cache.size],
            num_cache_clusters=nodes,
        )
    for number in range(len(deployment.watching.alarms)):
        yield _part(f"Alarm {number + 1}", "aws_cloudwatch_metric_alarm")
    yield _part("Logs", "aws_cloudwatch_log_group")
    yield _part("Files of the front end", "aws_s3_bucket")
    if address.cdn.enabled:
        yield _part("CDN", "aws_cloudfront_distribution")


def _gcp(deployment: Deployment) -> Iterator[Resource]:
    database = deployment.database
    if database.engine is Engine.MONGODB:
        yield _part("Database", "google_firestore_database")
    else:
        kind, tier = "google_sql_database_instance", gcp.SIZES[database.size].tier
        facts: Facts = {"settings.0.tier": tier, "settings.0.disk_size": database.storage_gb}
        standby: Facts = (
            {"settings.0.availability_type": "REGIONAL"} if database.high_availability else {}
        )
        yield Resource(kind=kind, address="Database", facts=facts | standby)
        for number in range(database.replicas):
            yield Resource(kind=kind, address=f"Read replica {number + 1}", facts=facts)
    yield _part("Back end", "google_cloud_run_v2_service")
    yield _part("Load balancer", "google_compute_global_forwarding_rule")
    if deployment.cache.enabled:
        tier = "STANDARD_HA" if deployment.scaling.zones > 1 else "BASIC"
        memory = gcp.SIZES[deployment.cache.size].cache_gb
        yield _part(
            "Cache",
            "google_redis_instance",
            memory_size_gb=memory,
            tier=tier,
        )
    yield _part("Files of the front end", "google_storage_bucket")


def _azure(deployment: Deployment) -> Iterator[Resource]:
    database = deployment.database
    if database.engine is Engine.MONGODB:
        yield _part("Database", "azurerm_mongo_cluster")
    else:
        kind = f"azurerm_{database.engine.value}_flexible_server"
        facts: Facts = {
            "sku_name": azure_sizes.database_sku(deployment),
            "storage_mb": azure_sizes.database_storage_gb(deployment) * 1024,
        }
        standby: Facts = (
            {"high_availability.0.mode": "ZoneRedundant"} if database.high_availability else {}
        )
        yield Resource(kind=kind, address="Database", facts=facts | standby)
        for number in range(database.replicas):
            yield Resource(kind=kind, address=f"Read replica {number + 1}", facts=facts)
    yield _part("Back end", "azurerm_container_app")
    if deployment.cache.enabled:
        yield _part("Cache", "azurerm_managed_redis")
    yield _part("Logs", "azurerm_log_analytics_workspace")
    yield _part("Files of the front end", "azurerm_storage_account")
    if deployment.address.cdn.enabled or deployment.address.domain:
        yield _part(
            "CDN and way in", "azurerm_cdn_frontdoor_profile", sku_name="Standard_AzureFrontDoor"
        )


def _digitalocean(deployment: Deployment) -> Iterator[Resource]:
    database, scaling = deployment.database, deployment.scaling
    kind = "digitalocean_database_cluster"
    if database.engine is Engine.MONGODB:
        yield _part("Database", "digitalocean_mongodb_cluster")
    else:
        nodes = 2 if database.high_availability else 1
        yield _part(
            "Database", kind, size=digitalocean.SIZES[database.size].database, node_count=nodes
        )
        for number in range(database.replicas):
            yield _part(
                f"Read replica {number + 1}",
                kind,
                size=digitalocean.SIZES[database.size].database,
                node_count=1,
            )
    server = digitalocean.SIZES[scaling.size]
    grows = scaling.maximum > scaling.minimum  # only dedicated ones do by themselves
    yield Resource(
        kind="digitalocean_app",
        address="Back end",
        facts={
            "spec.0.service.0.instance_size_slug": server.dedicated if grows else server.shared,
            "spec.0.service.0.instance_count": scaling.minimum,
        },
    )
    if deployment.cache.enabled:
        yield _part(
            "Cache", kind, size=digitalocean.SIZES[deployment.cache.size].database, node_count=1
        )
    if deployment.address.cdn.enabled:
        yield _part("Files of the front end", "digitalocean_spaces_bucket")


def _part(name: str, kind: str, **facts: Fact) -> Resource:
    return Resource(kind=kind, address=name, facts=dict(facts))


PARTS: dict[Target, Callable[[Deployment], Iterator[Resource]]] = {
    Target.AWS: _aws,
    Target.GCP: _gcp,
    Target.AZURE: _azure,
    Target.DIGITALOCEAN: _digitalocean,
}
