"""How a release reaches its people: make ready and plan, then carry out what was approved."""

from flows.road import Road
from flows.stories.carrying import Carrying
from flows.stories.orders import Order, Ready
from flows.stories.telling import Tell
from stackwright.deployment.approval import ApprovedPlan
from stackwright.deployment.desired import Desired
from stackwright.deployment.history import History
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.planning import make_plan
from stackwright.deployment.release import Snapshot
from stackwright.errors import ProjectError
from tasks import (
    hosting_equipment,
    hosting_history,
    hosting_observing,
    hosting_release,
    hosting_revision,
    hosting_secrets,
    hosting_settling,
)


async def make_ready(order: Order, road: Road) -> Ready:
    """Unpack and equip a release and plan what brings it to its people. Nobody notices anything of it.

    Raises:
        ProjectError: The project cannot be equipped, or nobody knows the way from the tables as they are.
    """
    site, history = order.site, hosting_history.find_history(order.site)
    history = history or _beginning(order)
    number = history.next_number
    source = order.source or (site.release(order.restores) if order.restores else None)
    await road.do(
        hosting_release.remove_release, site, number, name="Clear an earlier attempt away"
    )
    await road.do(
        hosting_equipment.unpack_release, site, number, order.place, source, name="Unpack"
    )
    equipped = await road.do(hosting_equipment.equip_release, site, number, name="Equip")
    if history.releases and order.restores is None:
        kept = await road.do(hosting_secrets.secrets_of, site, equipped, name="Find the database")
        await road.do(
            hosting_revision.bridge_revisions,
            site,
            equipped,
            kept,
            name="Find the way of the tables",
        )
    await road.do(hosting_equipment.note_files, site, number, name="Note what its files are like")
    seen = await road.do(
        hosting_observing.observe_site, site, history, equipped, name="Look at what is there"
    )
    head = seen.fact("schema", "head")
    left = (
        await road.do(
            hosting_observing.migrations_left, site, equipped, head, name="Read the migrations"
        )
        if equipped.database and order.restores is None
        else ()
    )
    snapshot = Snapshot(
        build=equipped.source,
        settings=order.settings,
        migration=left[-1].revision if left else head,
    )
    desired = Desired(
        deployment=order.deployment,
        release=number,
        snapshot=snapshot,
        migrations=tuple(left),
        restores=order.restores,
    )
    plan = make_plan(desired, seen, written_for=equipped.database)
    return Ready(order=order, plan=plan, desired=desired, equipped=equipped)


async def deploy(ready: Ready, approved: ApprovedPlan, road: Road, tell: Tell) -> Outcome:
    """Carry out an approved plan; a release that does not become healthy is taken back by itself.

    Raises:
        ProjectError: Another one deploys there (HTTP 423), or the plan is out of date (HTTP 409).
    """
    order, plan = ready.order, approved.plan
    owner = hosting_history.whoever()
    with hosting_history.holding(order.site, owner, plan.title, _beginning(order)):
        history = hosting_history.change_history(order.site, hosting_settling.settling(order.site))
        if history.next_number != plan.release:
            raise ProjectError(
                "Somebody deployed since the plan was made.",
                hint="Make a new plan.",
                http_status=409,
            )
        return await Carrying(ready, plan, road, tell).out(approved.approval.at)


def _beginning(order: Order) -> History:
    return History(deployment=order.deployment, port=order.site.port)
