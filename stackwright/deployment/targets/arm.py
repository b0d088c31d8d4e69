"""What Azure Resource Manager would do (the answer to what-if), as our own steps. Secrets stay where they are."""

import re
from collections.abc import Mapping
from typing import Any

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.risk import Risk, lost_with
from stackwright.deployment.step import SECRET, Action, Facts, Resource, Step, Undo
from stackwright.deployment.targets.terraform import flatten, service_of
from stackwright.errors import ProjectError

SECRETS = re.compile(
    r"password|connectionstring|serviceuri|accesskey|^properties\.value$", re.IGNORECASE
)
COMPUTED = frozenset({"id", "name", "type", "apiVersion", "etag", "systemData"})
KINDS = {
    "Microsoft.App/containerApps": "azurerm_container_app",
    "Microsoft.App/jobs": "azurerm_container_app_job",
    "Microsoft.App/managedEnvironments": "azurerm_container_app_environment",
    "Microsoft.Authorization/locks": "azurerm_management_lock",
    "Microsoft.Authorization/roleAssignments": "azurerm_role_assignment",
    "Microsoft.Cache/redisEnterprise": "azurerm_managed_redis",
    "Microsoft.Cache/redisEnterprise/databases": "azurerm_managed_redis_database",
    "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments": (
        "azurerm_managed_redis_access_policy_assignment"
    ),
    "Microsoft.Cdn/profiles": "azurerm_cdn_frontdoor_profile",
    "Microsoft.Cdn/profiles/afdEndpoints": "azurerm_cdn_frontdoor_endpoint",
    "Microsoft.Cdn/profiles/afdEndpoints/routes": "azurerm_cdn_frontdoor_route",
    "Microsoft.Cdn/profiles/customDomains": "azurerm_cdn_frontdoor_custom_domain",
    "Microsoft.Cdn/profiles/originGroups": "azurerm_cdn_frontdoor_origin_group",
    "Microsoft.Cdn/profiles/originGroups/origins": "azurerm_cdn_frontdoor_origin",
    "Microsoft.Cdn/profiles/ruleSets": "azurerm_cdn_frontdoor_rule_set",
    "Microsoft.Cdn/profiles/ruleSets/rules": "azurerm_cdn_frontdoor_rule",
    "Microsoft.Cdn/profiles/secrets": "azurerm_cdn_frontdoor_secret",
    "Microsoft.Cdn/profiles/securityPolicies": "azurerm_cdn_frontdoor_security_policy",
    "Microsoft.ContainerRegistry/registries": "azurerm_container_registry",
    "Microsoft.DBforMySQL/flexibleServers": "azurerm_mysql_flexible_server",
    "Microsoft.DBforMySQL/flexibleServers/configurations": "azurerm_mysql_flexible_server_configuration",
    "Microsoft.DBforMySQL/flexibleServers/databases": "azurerm_mysql_flexible_database",
    "Microsoft.DBforMySQL/flexibleServers/firewallRules": "azurerm_mysql_flexible_server_firewall_rule",
    "Microsoft.DBforPostgreSQL/flexibleServers": "azurerm_postgresql_flexible_server",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations": "azurerm_postgresql_flexible_server_configuration",
    "Microsoft.DBforPostgreSQL/flexibleServers/databases": "azurerm_postgresql_flexible_server_database",
    "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules": "azurerm_postgresql_flexible_server_firewall_rule",
    "Microsoft.DataProtection/backupVaults": "azurerm_data_protection_backup_vault",
    "Microsoft.DataProtection/backupVaults/backupInstances": "azurerm_data_protection_backup_instance",
    "Microsoft.DataProtection/backupVaults/backupPolicies": "azurerm_data_protection_backup_policy",
    "Microsoft.DocumentDB/mongoClusters": "azurerm_mongo_cluster",
    "Microsoft.DocumentDB/mongoClusters/firewallRules": "azurerm_mongo_cluster_firewall_rule",
    "Microsoft.DocumentDB/mongoClusters/users": "azurerm_mongo_cluster_user",
    "Microsoft.Insights/actionGroups": "azurerm_monitor_action_group",
    "Microsoft.Insights/components": "azurerm_application_insights",
    "Microsoft.Insights/diagnosticSettings": "azurerm_monitor_diagnostic_setting",
    "Microsoft.Insights/metricAlerts": "azurerm_monitor_metric_alert",
    "Microsoft.Insights/scheduledQueryRules": "azurerm_monitor_scheduled_query_rules_alert_v2",
    "Microsoft.KeyVault/vaults": "azurerm_key_vault",
    "Microsoft.KeyVault/vaults/secrets": "azurerm_key_vault_secret",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "azurerm_user_assigned_identity",
    "Microsoft.Network/dnsZones/A": "azurerm_dns_a_record",
    "Microsoft.Network/dnsZones/CNAME": "azurerm_dns_cname_record",
    "Microsoft.Network/dnsZones/TXT": "azurerm_dns_txt_record",
    "Microsoft.Network/frontDoorWebApplicationFirewallPolicies": "azurerm_cdn_frontdoor_firewall_policy",
    "Microsoft.Network/networkSecurityGroups": "azurerm_network_security_group",
    "Microsoft.Network/privateDnsZones": "azurerm_private_dns_zone",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "azurerm_private_dns_zone_virtual_network_link",
    "Microsoft.Network/privateEndpoints": "azurerm_private_endpoint",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "azurerm_private_endpoint_dns_zone_group",
    "Microsoft.Network/virtualNetworks": "azurerm_virtual_network",
    "Microsoft.OperationalInsights/workspaces": "azurerm_log_analytics_workspace",
    "Microsoft.Storage/storageAccounts": "azurerm_storage_account",
    "Microsoft.Storage/storageAccounts/blobServices": "azurerm_storage_account_blob_properties",
    "Microsoft.Storage/storageAccounts/managementPolicies": "azurerm_storage_management_policy",
}
"""Type of Azure → the kind by which prices, risks and services know it; others keep their type."""


def read_what_if(document: Mapping[str, Any]) -> Infrastructure:
    """The steps of a deployment of templates, with all that is there before and after it.

    Args:
        document: The answer to what-if, with full resource payloads.

    Raises:
        ProjectError: Azure could not foresee what would change.
    """
    if document.get("status") not in (None, "Succeeded"):
        error = document.get("error") or {}
        raise ProjectError(
            f"Azure could not foresee the changes: {error.get('message', document.get('status'))}",
            hint="Look at the templates and their parameters.",
            http_status=422,
        )
    steps, before, after = [], [], []
    for change in (document.get("properties") or document).get("changes", ()):
        type_, address = split_identifier(str(change["resourceId"]))
        kind = KINDS.get(type_, type_)
        old, new = _facts(change.get("before")), _facts(change.get("after"))
        known = change["changeType"]
        if known == "Unsupported":
            continue  # nothing is said about it, neither that it changes nor that it stays
        if old is not None:
            before.append(Resource(kind=kind, address=address, facts=old))
        if new is not None or known == "NoChange":
            after.append(Resource(kind=kind, address=address, facts=new or old or {}))
        step = _step(kind, address, known, old, new)
        if step is not None:
            steps.append(step)
    return Infrastructure(steps=tuple(steps), before=tuple(before), after=tuple(after))


def split_identifier(identifier: str) -> tuple[str, str]:
    """Type and address of a resource: `Microsoft.Web/sites`, `Microsoft.Web/sites/shop`.

    An extension, such as a lock, is told apart by what it is put on: `Microsoft.Authorization/locks/keep@shop`.
    """
    *scopes, last = identifier.split("/providers/")
    provider, *rest = last.strip("/").split("/")
    type_ = "/".join((provider, *rest[::2]))
    address = f"{type_}/{'/'.join(rest[1::2])}"
    on = scopes[-1].rpartition("/")[2] if len(scopes) > 1 else ""
    return type_, f"{address}@{on}" if on else address


def _facts(resource: Any) -> Facts | None:
    if not isinstance(resource, Mapping):
        return None
    told = {name: value for name, value in resource.items() if name not in COMPUTED}
    return {
        path: SECRET if SECRETS.search(path) else value for path, value in sorted(flatten(told))
    }


def _step(
    kind: str, address: str, change: str, old: Facts | None, new: Facts | None
) -> Step | None:
    was: Facts | None
    will: Facts | None
    match change:
        case "Create":
            action, was, will = Action.CREATE, None, new or {}
        case "Delete":
            action, was, will = Action.DELETE, old or {}, None
        case "Modify" | "Deploy":
            action, (was, will) = Action.UPDATE, _difference(old or {}, new or {})
        case _:
            return None
    if action is Action.UPDATE and not was and not will and change == "Modify":
        return None
    lost = lost_with(kind) if action is Action.DELETE else ""
    verb = {Action.CREATE: "Make", Action.UPDATE: "Change", Action.DELETE: "Delete"}[action]
    # Going back deploys the templates of before, and those delete nothing: what is new stays.
    keep = action is Action.CREATE
    return Step(
        kind=kind,
        address=address,
        verb="apply",
        title=f"{verb} {address}",
        group=service_of(kind),
        action=action,
        risk=_risk(action, lost or ""),
        reasons=(f"With it goes {lost}.",) if lost else (),
        before=was,
        after=will,
        undo=Undo.NEVER if lost else Undo.KEEP if keep else Undo.REVERSE,
        undo_verb="apply",
        undo_title=f"Change {address} back",
    )


def _risk(action: Action, lost: str) -> Risk:
    if lost:
        return Risk.DATA_LOSS
    return Risk.REPLACE if action is Action.DELETE else Risk.SAFE


def _difference(old: Facts, new: Facts) -> tuple[Facts, Facts]:
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    return (
        {path: value for path, value in old.items() if path in changed},
        {path: value for path, value in new.items() if path in changed},
    )
