"""The way to a provider: saved credentials by name, read when a run needs them and kept by nobody."""

from prefect.client.orchestration import get_client
from pydantic import SecretStr

from blocks.kinds import kind_of
from flows.credentials import find
from flows.secrets import values_of
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import REHEARSED, Target
from stackwright.errors import ProjectError
from tasks.cloud_site import Access


async def access_of(deployment: Deployment) -> Access:
    """What opens the provider of a deployment, or the rehearsed cloud that stands for it.

    Raises:
        ProjectError: No credentials are named, none are saved under that name, or a field of them is wrong,
            or a secret of the product is not saved.
    """
    cloud = deployment.cloud
    if cloud.credentials == REHEARSED:
        return Access(rehearses=True)
    kind = kind_of(cloud.target.value)
    save = (
        f"Save them in Prefect: Blocks, {kind.title if kind else cloud.target}, under the name that "
        f"cloud.credentials says; see them with: stackwright credentials list. "
        f"“{REHEARSED}” in their place rehearses the cloud."
    )
    if not cloud.credentials:
        raise ProjectError.bad_input(
            f"Nothing says with which credentials {cloud.target} is reached.", hint=save
        )
    try:
        async with get_client() as client:
            _, found = await find(client, cloud.credentials, cloud.target.value)
    except ProjectError as error:
        if error.http_status != 404:
            raise
        raise ProjectError(
            error.message, hint=f"{save} {error.hint}", http_status=error.http_status
        ) from error
    return Access(secrets=found.environment(), values=await _values(deployment))


async def _values(deployment: Deployment) -> dict[str, SecretStr]:
    """The product's own secrets where the provider has no store for them and they are handed over by us."""
    if deployment.cloud.target is not Target.DIGITALOCEAN:
        return {}
    values = await values_of(deployment.setting.secrets)
    return {name: SecretStr(value) for name, value in values.items()}
