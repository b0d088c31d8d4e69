"""How an image reaches its people at a provider: plan with Terraform, then carry out what was approved."""

import tempfile
from pathlib import Path

from flows.road import Road
from flows.stories.cloud_carrying import CloudCarrying
from flows.stories.orders import CloudReady, Order
from flows.stories.rehearsal import RehearsalOrder, Unwatched, rehearse
from flows.stories.telling import Tell
from stackwright.deployment.approval import ApprovedPlan
from stackwright.deployment.config import Deployment
from stackwright.deployment.desired import Desired, Observed, observed
from stackwright.deployment.history import History
from stackwright.deployment.image import build_of
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.planning import make_plan
from stackwright.deployment.release import Snapshot, serving
from stackwright.deployment.targets.cloud import left_as_made, service
from stackwright.deployment.targets.terraform import read_plan
from stackwright.errors import ProjectError
from tasks import cloud_service, cloud_site, hosting_history, hosting_settling
from tasks.cloud_site import Access
from tasks.terraform_folder import Place


async def make_ready(order: Order, access: Access, road: Road) -> CloudReady:
    """Plan what brings an image to its people; at the provider nothing is changed.

    Raises:
        ProjectError: The choices do not fit the template, or the provider refuses to be asked.
    """
    site, deployment, history = order.site, order.deployment, _known(order)
    await road.do(
        cloud_site.lay_stack, site, deployment, order.image, access, name="Lay the template out"
    )
    document = await road.do(cloud_site.plan_stack, site, access, name="Plan with Terraform")
    image = await road.do(
        cloud_service.running_image, site, deployment, access, name="Look at what runs"
    )
    desired = Desired(
        deployment=deployment,
        release=history.next_number,
        snapshot=Snapshot(build=build_of(order.image), settings=order.settings, image=order.image),
        restores=order.restores,
        infrastructure=left_as_made(read_plan(document)),
    )
    plan = make_plan(desired, _seen(image, history))
    if desired.infrastructure.steps and deployment.cloud.rehearse and not access.rehearses:
        await rehearse_first(deployment, road)
    return CloudReady(order=order, plan=plan, desired=desired, mark=cloud_site.planned(site))


async def deploy(
    ready: CloudReady, approved: ApprovedPlan, access: Access, road: Road, tell: Tell
) -> Outcome:
    """Carry out an approved plan; an image that does not become healthy is taken back by itself.

    Raises:
        ProjectError: Another one deploys there (HTTP 423), or the plan is out of date (HTTP 409).
    """
    order, plan = ready.order, approved.plan
    owner = hosting_history.whoever()
    with hosting_history.holding(order.site, owner, plan.title, _beginning(order)):
        history = hosting_history.change_history(order.site, hosting_settling.settling(order.site))
        cloud_site.must_be_there(history, order.deployment)
        if history.next_number != plan.release:
            raise ProjectError(
                "Somebody deployed since the plan was made.",
                hint="Make a new plan.",
                http_status=409,
            )
        carrying = CloudCarrying(ready, plan, access, road, tell)
        return await carrying.out(history, approved.approval.at)


async def rehearse_first(deployment: Deployment, road: Road) -> None:
    """Go on when a whole rehearsal went well; the cloud is not touched by it.

    Raises:
        ProjectError: It did not (HTTP 409): the message says at which stage.
    """
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        place = Place(folder=Path(folder), rehearses=True)
        report = await rehearse(
            RehearsalOrder(deployment=deployment, place=place), road, Unwatched()
        )
    if not report.is_good:
        raise ProjectError(
            f"The rehearsal says no: {report.sentence}",
            hint="Nothing was changed. Look at it with: stackwright deploy rehearse",
            http_status=409,
        )


def _known(order: Order) -> History:
    history = hosting_history.find_history(order.site)
    cloud_site.must_be_there(history, order.deployment)
    return history or _beginning(order)


def _seen(image: str, history: History) -> Observed:
    return observed(service(image, serving(history.releases))) if image else observed()


def _beginning(order: Order) -> History:
    return History(deployment=order.deployment, port=0)
