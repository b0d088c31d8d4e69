"""The flow that generates a project: the story of `flows.stories.generation` on Prefect."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import Artifact, acreate_link_artifact, acreate_markdown_artifact
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.runtime import flow_run as runtime
from prefect.states import Completed, Failed

from flows.marks import ERROR, QUALITY, REPORT
from flows.prefect_road import PrefectRoad, emit, explained
from flows.stories.generation import generate
from flows.stories.verification import verify as prove
from stackwright.errors import ProjectError
from stackwright.generation.checks import Choice
from stackwright.generation.config import Config
from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.quality import QualityReport
from stackwright.generation.request import (
    GenerateRequest,
    GenerationReport,
    Refusal,
    report_markdown,
)
from stackwright.value import Value


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
        quality = await prove(Path(out), Choice(), road) if verify else None
    except ProjectError as error:
        await _keep_error(error)
        return Failed(message=explained(error))
    if quality is None:
        return Completed(message=f"{report.receipt.files} files are in {report.receipt.out}.")
    return await _judge(quality)


async def _judge(quality: QualityReport) -> State[Any]:
    await _keep(QUALITY, quality, "What the checks found, for programs.")
    failed = [
        " ".join(
            [f"{one.platform} {one.title}: {one.cause}", *(p.sentence() for p in one.problems[:1])]
        )
        for one in quality.failures
    ]
    if quality.ok:
        return Completed(message=f"{len(quality.outcomes)} checks of {quality.project} are passed.")
    found = f"{len(failed)} of its checks failed" if failed else "nothing of it could be checked"
    error = ProjectError(
        "\n".join([f"{quality.project} is generated, but {found}.", *failed]),
        hint="The artifact generation-quality lists all checks.",
    )
    await _keep_error(error)
    return Failed(message=str(error))


async def _keep_report(report: GenerationReport) -> None:
    text = f"{report.project} in {report.receipt.out}"
    await _keep(REPORT, report, "What was written, for programs.")
    await acreate_markdown_artifact(report_markdown(report), "generation-report", text)
    await acreate_link_artifact(_uri(report), report.receipt.out, "generated-project", text)


async def _keep_error(error: ProjectError) -> None:
    await _keep(ERROR, Refusal.of(error), "Why the run failed, for programs.")


async def _keep(key: str, value: Value, text: str) -> None:
    data = value.model_dump(mode="json")
    await Artifact(type="result", key=key, data=data, description=text).acreate()


def _uri(report: GenerationReport) -> str:
    return Path(report.receipt.out).resolve().as_uri()
