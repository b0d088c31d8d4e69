"""Do resources have only properties that Azure's own libraries know, and all that they demand?

Runs by itself, in an environment with those libraries: `python properties.py resources.json` prints what is wrong.
"""

import enum
import importlib
import json
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

MODELS = {
    "Microsoft.App/containerApps": ("appcontainers", "ContainerApp"),
    "Microsoft.App/jobs": ("appcontainers", "Job"),
    "Microsoft.App/managedEnvironments": ("appcontainers", "ManagedEnvironment"),
    "Microsoft.Authorization/roleAssignments": (
        "authorization.v2022_04_01",
        "RoleAssignmentCreateParameters",
    ),
    "Microsoft.Cache/redisEnterprise": ("redisenterprise", "Cluster"),
    "Microsoft.Cache/redisEnterprise/databases": ("redisenterprise", "Database"),
    "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments": (
        "redisenterprise",
        "AccessPolicyAssignment",
    ),
    "Microsoft.Cdn/profiles": ("cdn", "Profile"),
    "Microsoft.Cdn/profiles/afdEndpoints": ("cdn", "AFDEndpoint"),
    "Microsoft.Cdn/profiles/afdEndpoints/routes": ("cdn", "Route"),
    "Microsoft.Cdn/profiles/customDomains": ("cdn", "AFDDomain"),
    "Microsoft.Cdn/profiles/originGroups": ("cdn", "AFDOriginGroup"),
    "Microsoft.Cdn/profiles/originGroups/origins": ("cdn", "AFDOrigin"),
    "Microsoft.Cdn/profiles/ruleSets": ("cdn", "RuleSet"),
    "Microsoft.Cdn/profiles/ruleSets/rules": ("cdn", "Rule"),
    "Microsoft.Cdn/profiles/secrets": ("cdn", "Secret"),
    "Microsoft.Cdn/profiles/securityPolicies": ("cdn", "SecurityPolicy"),
    "Microsoft.ContainerRegistry/registries": ("containerregistry", "Registry"),
    "Microsoft.DBforMySQL/flexibleServers": ("mysqlflexibleservers", "Server"),
    "Microsoft.DBforMySQL/flexibleServers/configurations": (
        "mysqlflexibleservers",
        "Configuration",
    ),
    "Microsoft.DBforMySQL/flexibleServers/databases": ("mysqlflexibleservers", "Database"),
    "Microsoft.DBforMySQL/flexibleServers/firewallRules": ("mysqlflexibleservers", "FirewallRule"),
    "Microsoft.DBforPostgreSQL/flexibleServers": ("postgresqlflexibleservers", "Server"),
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations": (
        "postgresqlflexibleservers",
        "ConfigurationForUpdate",
    ),
    "Microsoft.DBforPostgreSQL/flexibleServers/databases": (
        "postgresqlflexibleservers",
        "Database",
    ),
    "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules": (
        "postgresqlflexibleservers",
        "FirewallRule",
    ),
    "Microsoft.DataProtection/backupVaults": ("dataprotection", "BackupVaultResource"),
    "Microsoft.DataProtection/backupVaults/backupInstances": (
        "dataprotection",
        "BackupInstanceResource",
    ),
    "Microsoft.DataProtection/backupVaults/backupPolicies": (
        "dataprotection",
        "BaseBackupPolicyResource",
    ),
    "Microsoft.DocumentDB/mongoClusters": ("mongocluster", "MongoCluster"),
    "Microsoft.DocumentDB/mongoClusters/firewallRules": ("mongocluster", "FirewallRule"),
    "Microsoft.DocumentDB/mongoClusters/users": ("mongocluster", "User"),
    "Microsoft.Insights/actionGroups": ("monitor", "ActionGroupResource"),
    "Microsoft.Insights/components": (
        "applicationinsights.v2020_02_02",
        "ApplicationInsightsComponent",
    ),
    "Microsoft.Insights/metricAlerts": ("monitor", "MetricAlertResource"),
    "Microsoft.Insights/scheduledQueryRules": ("monitor", "ScheduledQueryRuleResource"),
    "Microsoft.KeyVault/vaults": ("keyvault", "VaultCreateOrUpdateParameters"),
    "Microsoft.KeyVault/vaults/secrets": ("keyvault", "SecretCreateOrUpdateParameters"),
    "Microsoft.ManagedIdentity/userAssignedIdentities": ("msi.v2024_11_30", "Identity"),
    "Microsoft.Network/dnsZones/A": ("dns", "RecordSet"),
    "Microsoft.Network/dnsZones/CNAME": ("dns", "RecordSet"),
    "Microsoft.Network/dnsZones/TXT": ("dns", "RecordSet"),
    "Microsoft.Network/frontDoorWebApplicationFirewallPolicies": (
        "frontdoor",
        "WebApplicationFirewallPolicy",
    ),
    "Microsoft.Network/networkSecurityGroups": ("network", "NetworkSecurityGroup"),
    "Microsoft.Network/privateDnsZones": ("privatedns", "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": ("privatedns", "VirtualNetworkLink"),
    "Microsoft.Network/privateEndpoints": ("network", "PrivateEndpoint"),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": ("network", "PrivateDnsZoneGroup"),
    "Microsoft.Network/virtualNetworks": ("network", "VirtualNetwork"),
    "Microsoft.OperationalInsights/workspaces": ("loganalytics", "Workspace"),
    "Microsoft.Storage/storageAccounts": ("storage", "StorageAccountCreateParameters"),
    "Microsoft.Storage/storageAccounts/blobServices": ("storage", "BlobServiceProperties"),
    "Microsoft.Storage/storageAccounts/managementPolicies": ("storage", "ManagementPolicy"),
}
"""Type → package and model of its library. Not covered: locks and diagnostic settings (no current library has them)."""

ENVELOPE = {"type", "apiVersion", "name", "id", "scope"}
FREE = {"tags", "metadata", "userAssignedIdentities"}  # names of one's own
OLDER = {  # what a discriminator means in libraries whose class names do not say it
    "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria": (
        "MetricAlertSingleResourceMultipleMetricCriteria"
    ),
    "StaticThresholdCriterion": "MetricCriteria",
}


def problems(resource: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one resource."""
    type_ = resource["type"]
    if type_ not in MODELS:
        return
    package, name = MODELS[type_]
    models = importlib.import_module(f"azure.mgmt.{package}.models")
    body = {key: value for key, value in resource.items() if key not in ENVELOPE}
    yield from _object(body, getattr(models, name), models, type_)


def _object(body: dict[str, Any], model: type, models: types.ModuleType, at: str) -> Iterator[str]:
    model = _meant(body, model, models)
    known, needed = _members(model, models)
    yield from (f"{at}: {name} is missing" for name in sorted(needed - _paths(body, known)))
    yield from _members_of(body, known, models, at, "")


def _members_of(
    body: dict[str, Any], known: dict[str, Any], models: types.ModuleType, at: str, prefix: str
) -> Iterator[str]:
    for key, value in body.items():
        path = prefix + key
        deeper = any(name.startswith(f"{path}.") for name in known)
        if path in known:
            if key not in FREE:
                yield from _value(value, known[path], models, f"{at}.{path}")
        elif deeper and isinstance(value, dict):
            yield from _members_of(value, known, models, at, f"{path}.")
        else:
            yield f"{at}: there is no {path}"


def _value(value: Any, wanted: Any, models: types.ModuleType, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _value(one, wanted, models, f"{at}.{index}")
        return
    classes = [
        getattr(models, name) for name in re.findall(r"\w+", str(wanted)) if hasattr(models, name)
    ]
    enums = [one for one in classes if isinstance(one, type) and issubclass(one, enum.Enum)]
    shapes = [one for one in classes if isinstance(one, type) and not issubclass(one, enum.Enum)]
    if isinstance(value, dict) and shapes:
        yield from _object(value, shapes[-1], models, at)
    elif isinstance(value, str) and enums:
        allowed = {member.value.lower() for one in enums for member in one}
        if value.lower() not in allowed:
            yield f"{at} may not be {value!r}: {sorted(allowed)}"
    elif not isinstance(value, dict) and not _is_plain(value, str(wanted)):
        yield f"{at} is {value!r}, not {wanted}"


def _is_plain(value: Any, wanted: str) -> bool:
    if re.search(r"\bbool\b", wanted):
        return isinstance(value, bool)
    if re.search(r"\b(int|float)\b", wanted):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if re.search(r"\bstr\b", wanted) and "Union" not in wanted:
        return isinstance(value, str)
    return True


def _members(model: type, models: types.ModuleType) -> tuple[dict[str, Any], set[str]]:
    """What may be written: path → type as text; and what must be."""
    if hasattr(model, "_attribute_map"):
        rules = getattr(model, "_validation", {})
        writable = {
            name: one
            for name, one in model._attribute_map.items()
            if not rules.get(name, {}).get("readonly")
        }
        known = {one["key"].replace("\\.", "~"): one["type"] for one in writable.values()}
        known = {path.replace("~", "."): type_ for path, type_ in known.items()}
        needed = {
            one["key"].replace("\\.", ".")
            for name, one in writable.items()
            if rules.get(name, {}).get("required")
        }
        return known, {path for path in needed if "." not in path or path in known}
    hints: dict[str, Any] = {}
    for one in reversed(model.__mro__):
        hints |= getattr(one, "__annotations__", {})
    known, needed = {}, set()
    for one in reversed(model.__mro__):
        for name, member in vars(one).items():
            if type(member).__name__ == "_RestField" and member._visibility != ["read"]:
                path = member._rest_name_input or name
                known[path] = hints.get(name)
                optional = re.search(r"Optional|NoneType", str(hints.get(name)))
                if not optional and not member._is_discriminator:
                    needed.add(path)
    return known, needed - {"name"}


def _meant(body: dict[str, Any], model: type, models: types.ModuleType) -> type:
    """The kind of this model that a discriminator in the body names."""
    for key in ("odata.type", "criterionType", "name", "type", "objectType", "typeName"):
        said = body.get(key)
        if not isinstance(said, str):
            continue
        if said in OLDER and hasattr(models, OLDER[said]):
            return cast("type", getattr(models, OLDER[said]))
        mapping = getattr(model, "__mapping__", None)
        if mapping and said in mapping:
            return cast("type", mapping[said])
        subtypes = getattr(model, "_subtype_map", {})
        for names in subtypes.values():
            if said in names:
                return cast("type", getattr(models, names[said]))
    return model


def _paths(body: dict[str, Any], known: dict[str, Any], prefix: str = "") -> set[str]:
    found = set()
    for key, value in body.items():
        path = prefix + key
        found.add(path)
        if path not in known and isinstance(value, dict):
            found |= _paths(value, known, f"{path}.")
    return found


if __name__ == "__main__":
    resources = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    wrong = [f"{one['name']}: {problem}" for one in resources for problem in problems(one)]
    unknown = sorted({one["type"] for one in resources if one["type"] not in MODELS})
    print(json.dumps({"wrong": wrong, "unchecked": unknown, "checked": len(resources)}))
