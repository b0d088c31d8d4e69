"""The flow that generates a project: the story of `flows.stories.generation` on Prefect."""

import asyncio
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import acreate_link_artifact, acreate_markdown_artifact
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.runtime import flow_run as runtime
from prefect.states import Completed, Failed

from flows.keeping import keep, keep_error, refused
from flows.marks import QUALITY, REPORT
from flows.prefect_road import PrefectRoad, emit
from flows.stories.delivery import build
from flows.stories.generation import generate
from flows.stories.verification import verify as prove
from stackwright.errors import ProjectError
from stackwright.generation.build import RUN_ID, BasePlace, BuildRequest, Place, RunId
from stackwright.generation.checks import Choice
from stackwright.generation.config import Config
from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.quality import QualityReport, objection
from stackwright.generation.request import (
    GenerateRequest,
    GenerationReport,
    report_markdown,
)
from tasks.workspace import close_workspace


def run_name() -> str:
    """What the run is called: the model's name and where it goes."""
    given = runtime.parameters
    file = given["file"] or ("text" if "\n" in given["model"] else given["model"])
    return f"{Path(file).name.partition('.')[0]} → {Path(given['out']).name}"


async def say_why(
    flow: Flow[..., Any],  # noqa: ARG001 - Prefect calls hooks with these names
    flow_run: FlowRun,
    state: State[Any],
) -> None:
    """Tell those who follow the run that it ended from outside: no message of its own says so."""
    if state.is_crashed():
        text = f"The run crashed: {state.message or 'nothing more is known.'}"
    else:
        text = "The run was cancelled."
    message = Message(
        kind=MessageKind.ERROR, text=text, number=1_000_000, attempt=max(1, flow_run.run_count)
    )
    emit(message, flow_run.id, flow_run.name)


@flow(
    name="generate-project",
    flow_run_name=run_name,
    description="Generates a product from a domain model: reads it, plans, renders, writes, verifies.",
    on_crashed=[say_why],
    on_cancellation=[say_why],
    persist_result=False,
    retries=0,
)
async def generate_project(
    model: str,
    out: str,
    config: Config = Config(),  # noqa: B008 - frozen, and Prefect shows it as the form's default
    file: str = "",
    renamed_from: str = "",
    verify: bool = False,  # noqa: FBT001, FBT002 - a form has no positions
) -> State[Any]:
    """Generate a project from a model, or bring an existing one up to date.

    Args:
        model: Path of a *.stackwright.yaml file on the machine of the worker, or its text pasted here.
        out: The project's folder on the machine of the worker; it is made if it does not exist.
        config: What to generate from the model.
        file: The name that findings call a model given as text.
        renamed_from: The name under which the folder may know the project.
        verify: Run the generated project's own tools on it: formatters, linters, types, tests, builds.
    """
    request = GenerateRequest(
        model=model, out=out, config=config, file=file, renamed_from=renamed_from, verify=verify
    )
    road = PrefectRoad()
    try:
        report = await generate(request, road)
        await _keep_report(report)
        await _keep_link(report)
        quality = await prove(Path(out), Choice(), road) if verify else None
    except ProjectError as error:
        return await refused(error)
    if quality is None:
        return Completed(message=f"{report.receipt.files} files are in {report.receipt.out}.")
    return await _judge(quality)


def build_name() -> str:
    """What the run of a build is called: the model's name and where it is published."""
    given = runtime.parameters
    return f"{(given['file'] or 'model').partition('.')[0]} → {given['place']}"


async def leave_nothing(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Remove the workspace of a build that was cancelled, and say so."""
    run = flow_run.parameters.get("run", "")
    if RUN_ID.fullmatch(run):  # it names a folder
        await asyncio.to_thread(close_workspace, run)
    await say_why(flow, flow_run, state)


@flow(
    name="build-project",
    flow_run_name=build_name,
    description="Builds a product for the store: restores, generates, publishes, verifies.",
    on_crashed=[say_why],
    on_cancellation=[leave_nothing],
    persist_result=False,
    retries=0,
)
async def build_project(
    run: RunId,
    place: Place,
    model: str,
    config: Config = Config(),  # noqa: B008 - frozen, and Prefect shows it as the form's default
    file: str = "model",
    base: BasePlace = "",
    verify: bool = False,  # noqa: FBT001, FBT002 - a form has no positions
) -> State[Any]:
    """Build a project from a model, and publish it.

    Args:
        run: What its workspace is called; a run that is tried again goes on there.
        place: Where it is published in the store of artifacts.
        model: The text of the model.
        config: What to generate from the model.
        file: The name that findings call the model by.
        base: The place of the output that it goes on from; empty: it begins anew.
        verify: Run the generated project's own tools on it: formatters, linters, types, tests, builds.
    """
    request = BuildRequest(
        run=run, place=place, model=model, config=config, file=file, base=base, verify=verify
    )
    try:
        published = await build(request, PrefectRoad(), _keep_built)
    except ProjectError as error:
        return await refused(error)
    return Completed(message=f"{published.files} files are published.")


async def _judge(quality: QualityReport) -> State[Any]:
    await _keep_quality(quality)
    if error := objection(quality):
        await keep_error(error)
        return Failed(message=str(error))
    return Completed(message=f"{len(quality.outcomes)} checks of {quality.project} are passed.")


async def _keep_built(report: GenerationReport | QualityReport) -> None:
    if isinstance(report, QualityReport):
        await _keep_quality(report)
    else:
        await _keep_report(report)


async def _keep_report(report: GenerationReport) -> None:
    text = f"{report.project} in {report.receipt.out}"
    await keep(REPORT, report.model_dump(mode="json"), "What was written, for programs.")
    await acreate_markdown_artifact(report_markdown(report), "generation-report", text)


async def _keep_link(report: GenerationReport) -> None:
    text = f"{report.project} in {report.receipt.out}"
    address = _uri(report)
    await acreate_link_artifact(address, report.receipt.out, "generated-project", text)


async def _keep_quality(quality: QualityReport) -> None:
    await keep(QUALITY, quality.model_dump(mode="json"), "What the checks found, for programs.")


def _uri(report: GenerationReport) -> str:
    return Path(report.receipt.out).resolve().as_uri()
