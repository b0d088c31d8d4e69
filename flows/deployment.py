"""The flows that bring releases to their people: the stories of deployments on Prefect."""

import asyncio
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.flows import Flow
from prefect.runtime import flow_run as runtime
from prefect.states import Completed, Failed

from flows.access import access_of
from flows.approving import approval_of
from flows.keeping import keep, refused
from flows.marks import OUTCOME, PLAN
from flows.prefect_road import PrefectRoad
from flows.secrets import values_of
from flows.stories.orders import Order, Prepared, order_back
from flows.stories.ways import Here, P, There, Way
from flows.telling import Telling
from stackwright.deployment.approval import ApprovedPlan, by_policy
from stackwright.deployment.config import Deployment
from stackwright.deployment.display import plan_markdown
from stackwright.deployment.image import ImageReference
from stackwright.deployment.options.place import Target
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.release import choose, last_good
from stackwright.deployment.request import ApprovalMode, DeployRequest, Port, SiteName
from stackwright.errors import ProjectError
from tasks import hosting_history, hosting_orders
from tasks.hosting_checkout import check_out
from tasks.hosting_place import cloud_site, host_folder, known_site, site_at
from tasks.hosting_secrets import keep_given
from tasks.hosting_settling import settle_site


def deploy_name() -> str:
    """What the run is called: the deployment and its environment."""
    return f"deploy {runtime.parameters['deployment'].site}"


def back_name() -> str:
    """What the run is called: the site and the release."""
    given = runtime.parameters
    return f"{given['site']} back to {given['release'] or 'the last good release'}"


async def settle(
    flow: Flow[..., Any],  # noqa: ARG001 - Prefect calls hooks with these three
    flow_run: FlowRun,
    state: State[Any],  # noqa: ARG001 - the same
) -> None:
    """Settle what a deployment left that was ended from outside: nothing half-started goes on running."""
    name = flow_run.parameters.get("site") or _site_of(flow_run.parameters.get("deployment"))
    await asyncio.to_thread(_settle, name)


@flow(
    name="deploy-project",
    flow_run_name=deploy_name,
    description="Brings a release to its people: plans, waits for a yes, migrates, starts beside, probes, switches.",
    on_crashed=[settle],
    on_cancellation=[settle],
    persist_result=False,
    retries=0,
)
async def deploy_project(
    deployment: Deployment,
    source: str = "",
    commit: str = "",
    image: ImageReference = "",
    approval: ApprovalMode = ApprovalMode.ASK,
    port: Port = 0,
) -> State[Any]:
    """Deploy a generated project or its image; a release that does not become healthy is taken back by itself.

    Args:
        deployment: All choices of the deployment.
        source: The folder of a project on the machine of the worker, the place of a published output, or a repository.
        commit: Of the repository: exactly this is deployed.
        image: What a provider runs, in place of a source.
        approval: Whether a person has to say yes to the plan.
        port: Where people reach it; 0: where they do now, or a free one.
    """
    request = DeployRequest(
        deployment=deployment,
        source=source,
        commit=commit,
        image=image,
        approval=approval,
        port=port,
    )
    try:
        if image:
            order = Order(
                deployment=deployment,
                site=cloud_site(host_folder(), deployment.site),
                settings=deployment.settings_version,
                image=image,
            )
            return await _walk(order, request.approval)
        site = site_at(host_folder(), deployment.site, port)
        folder: Path | None = Path(source) if Path(source).is_absolute() else None
        if commit:
            text = f"Fetch {commit[:12]}"
            folder = await PrefectRoad().do(check_out, site, source, commit, name=text)
        order = Order(
            deployment=deployment,
            site=site,
            source=folder,
            place="" if folder else source,
            settings=deployment.settings_version,
        )
        return await _walk(order, request.approval)
    except ProjectError as error:
        return await refused(error)


@flow(
    name="roll-back",
    flow_run_name=back_name,
    description="Goes back to an earlier release, on the same road as every release.",
    on_crashed=[settle],
    on_cancellation=[settle],
    persist_result=False,
    retries=0,
)
async def roll_back(
    site: SiteName,
    release: int = 0,
    approval: ApprovalMode = ApprovalMode.ASK,
) -> State[Any]:
    """Go back to an earlier release.

    Args:
        site: Which deployment.
        release: The number of the release; 0: the last one that served well.
        approval: Whether a person has to say yes to the plan.
    """
    try:
        place, history = known_site(host_folder(), site)
        number = release or last_good(history.releases)
        chosen = choose(history.releases, number, buried=bool(release))
        order = order_back(place, history, chosen)
        return await _walk(order, approval)
    except ProjectError as error:
        return await refused(error)


async def _walk(order: Order, approval: ApprovalMode) -> State[Any]:
    if order.deployment.cloud.target is not Target.LOCAL:
        return await _carried(order, There(await access_of(order.deployment)), approval)
    given = await values_of(order.deployment.setting.secrets)
    await asyncio.to_thread(keep_given, order.site, given)
    return await _carried(order, Here(), approval)


async def _carried(order: Order, way: Way[P], approval: ApprovalMode) -> State[Any]:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("A deployment is carried out by a flow run; there is none around.")
    run, road = context.flow_run, PrefectRoad()
    ready = await _ready(order, way, road, str(run.id))
    if ready.plan.changes_nothing:
        return Completed(message=f"{ready.plan.title}.")
    approved = await _approved(ready, approval)
    async with Telling(run.id, run.name).kept() as tell:
        outcome = await way.deploy(ready, approved, road, tell)
    hosting_orders.forget(order.site.root, str(run.id))
    await keep(OUTCOME, outcome.model_dump(mode="json"), "What came of it, for programs.")
    return _ended(order, outcome)


async def _ready(order: Order, way: Way[P], road: PrefectRoad, run: str) -> P:
    """The release and its plan as they were approved of, unless somebody deployed since."""
    kept = hosting_orders.kept(order.site.root, run, way.kind)
    history = hosting_history.find_history(order.site)
    if kept and kept.plan.release == (history.next_number if history else 1):
        return kept
    ready = await way.make_ready(order, road)
    hosting_orders.keep(order.site.root, run, ready)
    await keep(
        PLAN,
        ready.plan.model_dump(mode="json"),
        f"The plan, for programs. Its digest: {ready.plan.digest}",
    )
    text = plan_markdown(ready.plan)
    await acreate_markdown_artifact(text, "deployment-plan-to-read", ready.plan.title)
    return ready


async def _approved(ready: Prepared, approval: ApprovalMode) -> ApprovedPlan:
    if approval is ApprovalMode.POLICY:
        history = hosting_history.find_history(ready.order.site)
        releases = history.releases if history else ()
        return by_policy(ready.plan, ready.desired.snapshot, releases, hosting_history.now())
    return await approval_of(ready.plan)


def _ended(order: Order, outcome: Outcome) -> State[Any]:
    if not outcome.why:
        said = f" {outcome.figures.sentence()}" if outcome.figures else ""
        url = outcome.url if order.image else order.site.url
        where = f" at {url}" if url else ""
        return Completed(message=f"Release {outcome.serves} serves{where}.{said}")
    serves = f"Release {outcome.serves} serves on." if outcome.serves else "Nothing serves."
    taken = "was taken back" if outcome.took_back else "failed"
    return Failed(message=f"Release {outcome.release.number} {taken}. {serves}\n{outcome.why}")


def _site_of(deployment: object) -> str:
    try:
        return Deployment.model_validate(deployment).site
    except ValueError:
        return ""


def _settle(name: str) -> None:
    try:
        site, _ = known_site(host_folder(), name)
    except ProjectError:
        return  # it came to nothing
    settle_site(site)
