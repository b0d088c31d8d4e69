"""What prefect.yaml says, told to a server: the same as `prefect deploy --all`, in one tenth of its time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import DeploymentEventTrigger
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from app.installation.settings import ROOT
from flows.credentials import register_kinds
from flows.worker.warm import TYPE, WarmWorker


async def register(api: str) -> list[str]:
    """Make the work pools and deployments on this server as prefect.yaml describes them.

    Returns:
        Their names, such as `generate-project/generate`.
    """
    text = (ROOT / "prefect.yaml").read_text("utf-8")
    described = yaml.safe_load(text)["deployments"]
    with temporary_settings({PREFECT_API_URL: api}):
        client = get_client()
    async with client:
        for pool in sorted({entry["work_pool"]["name"] for entry in described}):
            await _make_pool(client, pool)
        return [await _deploy(client, entry) for entry in described]


async def offer_forms(api: str) -> None:
    """Make the forms in which people save credentials on this server."""
    with temporary_settings({PREFECT_API_URL: api}):
        client = get_client()
    async with client:
        await register_kinds(client)


async def _make_pool(client: PrefectClient, name: str) -> None:
    pool = WorkPoolCreate(
        name=name,
        type=TYPE,
        description="Runs on this machine, forked from a process that is ready.",
        base_job_template=WarmWorker.get_default_base_job_template(),
    )
    try:
        await client.create_work_pool(pool)
    except ObjectAlreadyExists:
        return


async def _deploy(client: PrefectClient, entry: dict[str, Any]) -> str:
    flow: Flow[..., Any] = load_flow_from_entrypoint(entry["entrypoint"])
    deployment_id = await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=entry["name"],
        description=entry.get("description"),
        tags=entry.get("tags", []),
        entrypoint=entry["entrypoint"],
        work_pool_name=entry["work_pool"]["name"],
        parameters=entry.get("parameters", {}),
        parameter_openapi_schema=_form(flow),
        enforce_parameter_schema=True,
        schedules=[_schedule(**one) for one in entry.get("schedules", ())],
        concurrency_limit=entry.get("concurrency_limit", {}).get("limit"),
        concurrency_options=_collision(entry.get("concurrency_limit")),
    )
    await _listen(client, deployment_id, entry.get("triggers", ()))
    return f"{flow.name}/{entry['name']}"


async def _listen(
    client: PrefectClient, deployment_id: UUID, described: Sequence[dict[str, Any]]
) -> None:
    """Let events start runs of a deployment, in place of those that did before."""
    if not described:
        return
    await client.delete_resource_owned_automations(f"prefect.deployment.{deployment_id}")
    for one in described:
        trigger = DeploymentEventTrigger.model_validate(one)
        trigger.set_deployment_id(deployment_id)
        await client.create_automation(trigger.as_automation())


def _schedule(interval: float, slug: str) -> DeploymentScheduleCreate:
    """A schedule whose first run comes after its first interval."""
    every = IntervalSchedule(interval=timedelta(seconds=interval))
    return DeploymentScheduleCreate(schedule=every, slug=slug, max_scheduled_runs=1)


def _collision(limit: dict[str, Any] | None) -> ConcurrencyOptions | None:
    if limit is None:
        return None
    return ConcurrencyOptions(
        collision_strategy=ConcurrencyLimitStrategy(limit["collision_strategy"])
    )


def _form(flow: Flow[..., Any]) -> dict[str, Any]:
    """The schema of a flow's parameters, their parts numbered: the database forgets their order."""
    schema = parameter_schema(flow).model_dump_for_openapi()
    for described in schema.get("definitions", {}).values():
        for position, part in enumerate(described.get("properties", {}).values()):
            part["position"] = position
    return schema
