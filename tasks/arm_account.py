"""Azure Resource Manager as somebody: which subscription and group, at which address, with whose credentials."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from stackwright.errors import ProjectError
from stackwright.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

AZURE = "https://management.azure.com"
GROUPS_VERSION = "2024-11-01"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Account(Value):
    """Where templates are deployed to."""

    subscription: str = Field(pattern=r"^[0-9a-f-]{36}$")
    group: str = Field(pattern=r"^[A-Za-z0-9._()-]{1,90}$")
    region: str
    address: str = AZURE
    poll_s: float = Field(default=3.0, gt=0)  # between two looks at what goes on


class Credential(Protocol):
    """Whatever gives tokens, such as those of `azure-identity`."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """A token for these scopes, with `token` and `expires_on`."""


@contextmanager
def connect(account: Account, credential: Credential) -> "Iterator[DeploymentsMgmtClient]":
    """A client of Azure Resource Manager; what it answers with an error becomes one of ours.

    Raises:
        ProjectError: Azure refused or could not be reached, or its library is not installed.
    """
    try:
        from azure.core.exceptions import AzureError, HttpResponseError
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient
    except ImportError:
        raise ProjectError(
            "Templates of Azure need the library of Azure Resource Manager.",
            hint="Install it: pip install 'stackwright[azure]'.",
        ) from None
    client = DeploymentsMgmtClient(
        credential,
        account.subscription,
        account.address,
        polling_interval=account.poll_s,
        **_authentication(account, credential),
    )
    try:
        with client:
            yield client
    except HttpResponseError as error:
        raise _refused(error.status_code or 502, _said(error)) from error
    except AzureError as error:
        raise ProjectError(
            f"Azure could not be reached: {error.message}",
            hint="Look at the network and at the credentials.",
            http_status=502,
        ) from error


def make_group(account: Account, credential: Credential, tags: dict[str, str]) -> None:
    """Make the resource group, or leave it as it is when it is there.

    Raises:
        ProjectError: Azure refused.
    """
    from azure.core.rest import HttpRequest

    path = f"/subscriptions/{account.subscription}/resourcegroups/{account.group}"
    body = {"location": account.region, "tags": tags}
    address = f"{{endpoint}}{path}?api-version={GROUPS_VERSION}"
    with connect(account, credential) as client:
        answer = client.send_request(HttpRequest("PUT", address, json=body))
        answer.raise_for_status()


def _authentication(account: Account, credential: Credential) -> dict[str, Any]:
    """Azure's library sends no token without TLS; on this machine there is nobody in between."""
    parts = urlsplit(account.address)
    if parts.scheme == "https":
        return {"credential_scopes": [f"{account.address}/.default"]}
    if parts.hostname not in _LOOPBACK:
        raise ProjectError.bad_input(
            f"{account.address} would send credentials without TLS.", hint="Begin it with https."
        )
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class Bearer(SansIOHTTPPolicy[Any, Any]):
        """A token on each request."""

        def on_request(self, request: Any) -> None:
            token = credential.get_token(f"{account.address}/.default").token
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    return {"authentication_policy": Bearer()}


def _said(error: Any) -> str:
    """What Azure says, with the causes below it."""
    inner = getattr(error, "error", None)
    if inner is None:
        return str(getattr(error, "message", error))
    causes = [str(one.message) for one in inner.details or () if one.message]
    return " ".join((str(inner.message), *causes))


def _refused(status: int, said: str) -> ProjectError:
    if status in (401, 403):
        return ProjectError(
            f"Azure does not allow it: {said}",
            hint="Give these credentials the role Contributor on the resource group.",
            http_status=403,
        )
    if status == 409:
        return ProjectError(
            f"Azure is still at it: {said}", hint="Wait for it, or cancel it.", http_status=409
        )
    http_status = 422 if 400 <= status < 500 else 502
    return ProjectError(
        f"Azure refused it: {said}", hint="Look at the choices.", http_status=http_status
    )
