"""The flow that rehearses a deployment to a cloud: everything comes up, a release fails, the way back is walked."""

import tempfile
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run as runtime
from prefect.states import Completed, Failed

from flows.keeping import keep, refused
from flows.marks import REHEARSAL
from flows.prefect_road import PrefectRoad
from flows.stories.rehearsal import RehearsalOrder, rehearse
from flows.telling import Telling
from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.rehearsal.report import STAGE, Stage
from stackwright.errors import ProjectError
from tasks.terraform_folder import Place

DELAY_S = 0.02  # for each resource, so that people see them come up


def rehearsal_name() -> str:
    """What the run is called: the deployment and its target."""
    deployment = runtime.parameters["deployment"]
    return f"rehearse {deployment.site} on {deployment.cloud.target}"


@flow(
    name="rehearse-deployment",
    flow_run_name=rehearsal_name,
    description="Goes the whole way to a cloud without touching it: plan, apply, health, a failure, the way back.",
    persist_result=False,
    retries=0,
)
async def rehearse_deployment(deployment: Deployment) -> State[Any]:
    """Rehearse a deployment with real Terraform and the providers' own schemas.

    Args:
        deployment: All choices of the deployment.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("A rehearsal is carried out by a flow run; there is none around.")
    run = context.flow_run
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        order = RehearsalOrder(
            deployment=deployment,
            place=Place(folder=Path(folder), rehearses=True),
            delay_s=DELAY_S,
        )
        try:
            async with Telling(run.id, run.name).kept() as tell:
                report = await rehearse(order, PrefectRoad(), _Told(tell))
        except ProjectError as error:
            return await refused(error)
    data = report.model_dump(mode="json", exclude={"stages": {"__all__": {"events"}}})
    await keep(REHEARSAL, data, "How the rehearsal went, for programs.")
    return (Completed if report.is_good else Failed)(message=report.sentence)


class _Told:
    """Tells of a rehearsal as of any deployment: its stages are events, too."""

    def __init__(self, tell: Telling) -> None:
        self._tell, self._seq = tell, 0

    def begins(self, stage: str) -> None:
        """A stage begins."""
        self._say(Event(seq=1, type=EventType.STARTED, address=f"{STAGE}{stage}", action="stage"))

    def hears(self, event: Event) -> None:
        """Something happens to a resource."""
        if event.type is not EventType.PROGRESS and not event.address.startswith("data."):
            self._say(event)

    def ends(self, stage: Stage) -> None:
        """A stage is over."""
        self._say(
            Event(
                seq=1,
                type=EventType.DONE if stage.good else EventType.FAILED,
                address=f"{STAGE}{stage.name}",
                action="stage",
                elapsed_s=stage.seconds,
                message=stage.sentence,
            )
        )

    def _say(self, event: Event) -> None:
        self._seq += 1
        self._tell(event.model_copy(update={"seq": self._seq}))
