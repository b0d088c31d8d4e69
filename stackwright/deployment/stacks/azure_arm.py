"""What the templates `azure/arm-templates` are given, and how they become one."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.database import Engine
from stackwright.deployment.stacks import azure, azure_limits
from stackwright.deployment.stacks.azure_sizes import DATABASE_PORTS
from stackwright.errors import Finding, ProjectError

SECURE = ("databasePassword", "webhookUrl")
"""Parameters whose values are secrets: they are filled in by whoever carries the order out, never kept."""

_OTHERWISE = frozenset({"webhook", "certificate_id", "firewall_rules", "alarms"})
_TIERS = {"B": "Burstable", "GP": "GeneralPurpose", "MO": "MemoryOptimized"}


def parameters(
    deployment: Deployment,
    image: str,
    traffic: tuple[Mapping[str, JsonValue], ...] = (),
) -> dict[str, JsonValue]:
    """The `parameters` of `azuredeploy.parameters.json`, but for those that are secrets.

    Args:
        deployment: The choices.
        image: The image that serves: templates cannot leave it alone as Terraform does.
        traffic: Which revisions get the traffic now; none: the newest gets all.
    """
    told = azure.variables(deployment, image)
    tier, name = _sku(str(told["database_sku"]))
    given: dict[str, JsonValue] = {
        **{_camel(name): value for name, value in told.items() if name not in _OTHERWISE},
        "cpu": f"{told['cpu']:g}",
        "databaseSku": name,
        "databaseTier": tier,
        "databaseStorageLimitGb": deployment.database.storage_limit_gb,
        "databaseSources": _sources(deployment),
        "certificateId": deployment.address.tls.reference,
        "firewallRules": _firewall_rules(deployment),
        "alarms": _alarms(told["alarms"]),
    }
    if traffic:
        given["traffic"] = [dict(one) for one in traffic]
    return {name: {"value": value} for name, value in given.items()}


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What becomes of choices that templates of Azure cannot carry out as they are, errors first."""
    better = {"address.tls.reference"}
    if deployment.database.engine is Engine.POSTGRESQL:
        better.add("database.storage_limit_gb")  # templates can say where growing ends
    found = [one for one in azure_limits.limits(deployment) if one.where not in better]
    tls = deployment.address.tls
    if tls.certificate is Certificate.OWN and "/vaults/" not in tls.reference:
        found.insert(
            0,
            Finding(
                level="error",
                where="address.tls.reference",
                message="Templates take a certificate by its resource identifier.",
                hint="Enter /subscriptions/…/vaults/<vault>/secrets/<certificate>.",
            ),
        )
    elsewhere = sorted({one.store for one in deployment.setting.secrets.values() if one.key})
    if elsewhere:
        found.append(
            Finding(
                level="warning",
                where="setting.secrets",
                message=f"The templates give no right to read in {', '.join(elsewhere)}.",
                hint="Give the identity of the back end “Key Vault Secrets User” there, or use Terraform.",
            )
        )
    return tuple(found)


def assemble(root: Mapping[str, Any], nested: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One template, with those that it links to by a relative path put inside.

    Args:
        root: The template of `azuredeploy.json`.
        nested: Relative path → template.

    Raises:
        ProjectError: A template is linked to that is not there (HTTP 422).
    """
    whole = dict(root)
    whole["resources"] = [_inlined(one, nested) for one in root["resources"]]
    return whole


def _inlined(
    resource: Mapping[str, Any], nested: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    properties = dict(resource.get("properties") or {})
    link = properties.pop("templateLink", None)
    if link is None:
        return resource
    path = link["relativePath"]
    if path not in nested:
        raise ProjectError.bad_input(
            f"azuredeploy.json links to {path}, which is not there.", hint="Add that template."
        )
    return {**resource, "properties": {**properties, "template": assemble(nested[path], nested)}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _sku(name: str) -> tuple[str, str]:
    """Tier and size of a Terraform name such as GP_Standard_D2ds_v4; sizes of mongodb have no tier."""
    tier, _, size = name.partition("_")
    return (_TIERS[tier], size) if size else ("", name)


def _firewall_rules(deployment: Deployment) -> list[JsonValue]:
    rules: list[JsonValue] = []
    for rule in deployment.address.firewall.rules:
        sources: list[JsonValue] = [network for network in rule.sources if ":" not in network]
        if sources:
            rules.append({"port": rule.port, "sources": sources, "why": rule.why[:140]})
    return rules


def _sources(deployment: Deployment) -> list[JsonValue]:
    """Networks that may reach a public database, as first and last address."""
    if not deployment.database.public:
        return []
    port = DATABASE_PORTS[Engine(deployment.database.engine)]
    networks = {
        network
        for rule in deployment.address.firewall.rules
        if rule.port == port
        for network in rule.sources
        if ":" not in network
    }
    return [
        {
            "name": "from-" + network.replace(".", "-").replace("/", "_"),
            "first": str(ip_network(network)[0]),
            "last": str(ip_network(network)[-1]),
        }
        for network in sorted(networks)
    ]


def _alarms(alarms: JsonValue) -> list[JsonValue]:
    """Thresholds as texts: templates have whole numbers only."""
    listed = alarms if isinstance(alarms, list) else []
    return [
        {**one, "above": f"{one['above']:g}"}
        for one in listed
        if isinstance(one, dict) and isinstance(one["above"], int | float)
    ]
