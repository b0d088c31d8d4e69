"""The way to a provider: saved credentials by name, read when a run needs them and kept by nobody."""

from prefect.client.orchestration import get_client

from blocks.kinds import kind_of
from flows.credentials import find
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import REHEARSED
from stackwright.errors import ProjectError
from tasks.cloud_site import Access


async def access_of(deployment: Deployment) -> Access:
    """What opens the provider of a deployment, or the rehearsed cloud that stands for it.

    Raises:
        ProjectError: No credentials are named, none are saved under that name, or a field of them is wrong.
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
    return Access(secrets=found.environment())
