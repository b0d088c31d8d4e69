"""The flows that look after deployments, by schedule: whether they are healthy, and whether they drifted."""

from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.access import access_of
from flows.keeping import keep, refused
from flows.marks import DRIFT, HEALTH
from flows.prefect_road import PrefectRoad
from flows.stories.tending import Differs, Watched, differences, watch
from stackwright.errors import ProjectError
from tasks.cloud_site import is_cloud
from tasks.hosting_place import host_folder, known_site, sites


@flow(
    name="watch-health",
    description="Asks every deployment of this machine how it is, and settles what was interrupted.",
    persist_result=False,
    retries=0,
)
async def watch_health(site: str = "") -> State[Any]:
    """See how deployments are; the run fails when one is not well.

    Args:
        site: Only this one; empty: all.
    """
    road = PrefectRoad()
    found: list[Watched] = []
    try:
        for name in [site] if site else sites(host_folder()):
            place, _ = known_site(host_folder(), name)
            found.append(await watch(place, road))
    except ProjectError as error:
        return await refused(error)
    data = [one.model_dump(mode="json") for one in found]
    await keep(HEALTH, data, "How each one is, for programs.")
    ill = [one for one in found if not one.healthy]
    if ill:
        said = "\n".join("\n  ".join([one.sentence, *one.lines[-8:]]) for one in ill)
        return Failed(message=said)
    return Completed(message=f"{len(found)} deployments are well.")


@flow(
    name="detect-drift",
    description="Compares every deployment of this machine with the release that serves.",
    persist_result=False,
    retries=0,
)
async def detect_drift(site: str = "") -> State[Any]:
    """Find what differs from what was deployed; nothing is changed, and the run fails when something differs.

    Args:
        site: Only this one; empty: all.
    """
    road = PrefectRoad()
    found: list[Differs] = []
    try:
        for name in [site] if site else sites(host_folder()):
            place, history = known_site(host_folder(), name)
            access = await access_of(history.deployment) if is_cloud(history) else None
            found.append(await differences(place, road, access))
    except ProjectError as error:
        return await refused(error)
    data = [one.model_dump(mode="json") for one in found]
    await keep(DRIFT, data, "What differs, for programs.")
    said = [(one, drift) for one in found for drift in one.drifts]
    if not said:
        return Completed(message=f"{len(found)} deployments are as they were deployed.")
    rows: list[dict[str, Any]] = [
        {
            "deployment": one.site,
            "address": drift.address,
            "attribute": drift.path,
            "was": drift.was,
            "is": drift.found,
        }
        for one, drift in said
    ]
    await acreate_table_artifact(rows, "deployment-differences", "What differs.")
    return Failed(message="\n".join(f"{one.site}: {drift.sentence}" for one, drift in said))
