"""A subscription at Azure, reached as an application with a client secret."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import Field, SecretStr

from blocks.connection import Connection, Credentials, Door, expired, refused, secrets
from stackwright.errors import ProjectError

LOGIN = "https://login.microsoftonline.com"
MANAGEMENT = "https://management.azure.com"
WHAT = "Azure"
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
EXPIRED = "AADSTS7000222"  # the only one of its codes that means: it was right once
RIGHTS = (  # one that creates, of each service that a deployment uses, and those that roll out
    "Microsoft.App/containerApps/write",
    "Microsoft.App/jobs/start/action",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Cache/redisEnterprise/write",
    "Microsoft.Cdn/profiles/write",
    "Microsoft.ContainerRegistry/registries/write",
    "Microsoft.DBforMySQL/flexibleServers/write",
    "Microsoft.DBforPostgreSQL/flexibleServers/write",
    "Microsoft.DataProtection/backupVaults/write",
    "Microsoft.DocumentDB/mongoClusters/write",
    "Microsoft.Insights/metricAlerts/write",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.ManagedIdentity/userAssignedIdentities/write",
    "Microsoft.Network/virtualNetworks/write",
    "Microsoft.OperationalInsights/workspaces/write",
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Storage/storageAccounts/write",
)


class AzureSubscription(Credentials):
    """Where, and as whom."""

    subscription: Annotated[str, Field(description="The id of the subscription.", pattern=UUID)]
    tenant: Annotated[str, Field(description="The id of the directory (tenant).", pattern=UUID)]
    client: Annotated[str, Field(description="The id of the application (client).", pattern=UUID)]
    secret: Annotated[
        SecretStr,
        Field(description="The value of the client secret, not its id.", min_length=1),
    ]
    endpoint: Annotated[
        str, Field(description="Address of what speaks like Azure; empty: Azure itself.")
    ] = ""

    def environment(self) -> Mapping[str, SecretStr]:
        """What the `azurerm` provider of Terraform reads."""
        return secrets(
            {
                "ARM_SUBSCRIPTION_ID": self.subscription,
                "ARM_TENANT_ID": self.tenant,
                "ARM_CLIENT_ID": self.client,
                "ARM_CLIENT_SECRET": self.secret.get_secret_value(),
            }
        )

    def ask(self) -> Connection:
        """Which subscription it is, and what the application may not do there.

        Raises:
            ProjectError: They are wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        token = self.access()
        door = Door(
            WHAT,
            self.endpoint or MANAGEMENT,
            hidden=(token, self.secret.get_secret_value()),
            headers={"Authorization": f"Bearer {token}"},
        )
        path, who = f"/subscriptions/{self.subscription}", f"application {self.client}"
        answer = door.ask("GET", path, params={"api-version": "2022-12-01"})
        if answer.status_code in {403, 404}:
            return Connection(
                who=who,
                where=f"tenant {self.tenant}",
                missing=("Microsoft.Resources/subscriptions/read",),
                unknown=f"The subscription {self.subscription} is not there for it.",
            )
        found = door.found(answer)
        where = f"subscription “{found.get('displayName', self.subscription)}”"
        if found.get("state") not in {None, "Enabled"}:
            raise ProjectError(
                f"The {where} is {str(found['state']).lower()}: nothing can be made in it.",
                hint="Look at its bills in the portal of Azure.",
                http_status=502,
            )
        told = door.ask(
            "GET",
            f"{path}/providers/Microsoft.Authorization/permissions",
            params={"api-version": "2022-04-01"},
        )
        if not told.is_success:
            return Connection(who=who, where=where, unknown="Its rights are not known.")
        return Connection(who=who, where=where, missing=_missing(door.found(told).get("value", ())))

    def access(self) -> str:
        """A token of about an hour for the management of resources.

        Raises:
            ProjectError: They are wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        secret = self.secret.get_secret_value()
        door = Door(WHAT, self.endpoint or LOGIN, hidden=(secret,))
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": secret,
            "scope": f"{MANAGEMENT}/.default",
        }
        answer = door.ask("POST", f"/{self.tenant}/oauth2/v2.0/token", data=form)
        said = door.said(answer)
        if EXPIRED in said:
            raise expired(
                WHAT, said, "Make a new client secret of the application, and save its value here."
            )
        if answer.status_code in {400, 401}:
            raise refused(WHAT, said)
        return str(door.found(answer).get("access_token", ""))


def _missing(permissions: Any) -> tuple[str, ...]:
    """The rights that no role gives: what one role leaves out, another may give."""

    def gives(role: Mapping[str, Any], right: str) -> bool:
        def among(patterns: Any) -> bool:
            return any(fnmatchcase(right.lower(), str(one).lower()) for one in patterns)

        return among(role.get("actions", ())) and not among(role.get("notActions", ()))

    return tuple(right for right in RIGHTS if not any(gives(role, right) for role in permissions))
