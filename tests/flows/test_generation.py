"""The flow that generates a project: what it leaves, what it says, what it does not do twice."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact, FlowRun, State
from prefect.states import Cancelling, Crashed

from flows import marks
from flows.generation import generate_project, say_why
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, Platform
from stackwright.generation.request import GenerateRequest, GenerationReport, Refusal
from tasks import generation as effects
from tasks.effect import effect, policy_of
from tests.flows.conftest import SHOP

if TYPE_CHECKING:
    from stackwright.generation.progress import Message

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("orchestrator")]

LITTLE = Config(
    platforms=(Platform.BACKEND,),
    tests=False,
    docs=True,
    sample_data=False,
    docker=False,
    env_configs=False,
)


async def _generate(model: Path | str, out: Path, config: Config = LITTLE) -> State[Any]:
    state: State[Any] = await generate_project(
        model=str(model), out=str(out), config=config, return_state=True
    )
    return state


async def _artifacts(state: State[Any]) -> dict[str, Artifact]:
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        found = await client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        )
    return {artifact.key or "": artifact for artifact in found}


def _count(monkeypatch: pytest.MonkeyPatch, name: str) -> list[tuple[Any, ...]]:
    """The calls of this effect from now on; it does what it did, by the same policy."""
    calls: list[tuple[Any, ...]] = []
    real = getattr(effects, name)

    @functools.wraps(real)
    def counted(*args: Any) -> Any:
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(effects, name, effect(**dict(policy_of(real)))(counted))
    return calls


def _lose(folder: Path, path: str) -> None:
    """Remove a file that waits aside."""
    [waiting] = folder.glob(f".out.stackwright/*/new/{path}")
    waiting.unlink()


def _break(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> Callable[[], None]:
    """Let this effect fail until the answer is called."""
    real = getattr(effects, name)

    def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(effects, name, broken)
    return lambda: monkeypatch.setattr(effects, name, real)


async def test_a_project_is_generated_as_planned(shop: Path, tmp_path: Path) -> None:
    state = await _generate(shop, tmp_path / "out")
    assert state.is_completed()
    artifacts = await _artifacts(state)
    report = GenerationReport.model_validate(json.loads(str(artifacts[marks.REPORT].data)))
    assert report.plan == {"create": report.receipt.files}
    assert all((tmp_path / "out" / path).is_file() for path in report.receipt.created)
    assert [step.name for step in report.steps] == ["read", "plan", "render", "write"]


async def test_the_run_leaves_plan_progress_report_and_a_link(shop: Path, tmp_path: Path) -> None:
    artifacts = await _artifacts(await _generate(shop, tmp_path / "out"))
    rows = json.loads(str(artifacts["generation-plan"].data))
    assert sum(row["create"] for row in rows) == sum(row["files"] for row in rows) > 0
    assert float(str(artifacts["generation-progress"].data)) == 100
    assert "| created |" in str(artifacts["generation-report"].data)
    assert str(tmp_path / "out") in str(artifacts["generated-project"].data)


async def test_the_model_may_be_given_as_text(tmp_path: Path) -> None:
    state = await _generate(SHOP, tmp_path / "out")
    assert state.is_completed()


async def test_a_bad_model_fails_with_its_findings_and_no_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = "stackwright: 1\nname: shop\nentities:\n  Book:\n    fields:\n      title: strin\n"
    state = await _generate(bad, tmp_path / "out")
    assert state.is_failed()
    assert "model has 1 error." in str(state.message)
    assert "model:6:14" in str(state.message)
    assert "Traceback" not in caplog.text
    assert not (tmp_path / "out").exists()
    refusal = Refusal.model_validate(json.loads(str((await _artifacts(state))[marks.ERROR].data)))
    assert refusal.error().exit_code == 2
    assert refusal.findings[0].line == 6


async def test_a_retry_does_not_render_again_what_was_rendered(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _count(monkeypatch, "render_batch")
    mend = _break(monkeypatch, "write_project", ProjectError("The disk is full."))
    assert (await _generate(shop, tmp_path / "out")).is_failed()
    rendered = len(calls)
    assert rendered > 1
    mend()
    assert (await _generate(shop, tmp_path / "out")).is_completed()
    assert len(calls) == rendered


async def test_what_was_rendered_and_is_lost_is_rendered_again(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _count(monkeypatch, "render_batch")
    mend = _break(monkeypatch, "write_project", ProjectError("The disk is full."))
    await _generate(shop, tmp_path / "out")
    rendered = len(calls)
    _lose(tmp_path, "docs/data-model.md")
    mend()
    assert (await _generate(shop, tmp_path / "out")).is_completed()
    assert len(calls) == rendered + 1
    assert (tmp_path / "out" / "docs" / "data-model.md").is_file()


async def test_a_second_generation_changes_nothing(shop: Path, tmp_path: Path) -> None:
    await _generate(shop, tmp_path / "out")
    artifacts = await _artifacts(await _generate(shop, tmp_path / "out"))
    report = GenerationReport.model_validate(json.loads(str(artifacts[marks.REPORT].data)))
    assert set(report.plan) == {"unchanged"}


async def test_an_interrupted_file_system_is_tried_again(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = effects.render_batch, [OSError(5, "Input/output error")]

    @functools.wraps(real)
    def shaky(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(*args)

    policy = dict(policy_of(real)) | {"delays_s": (0.01,)}
    monkeypatch.setattr(effects, "render_batch", effect(**policy)(shaky))
    assert (await _generate(shop, tmp_path / "out")).is_completed()
    assert not failures


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Crashed(message="Out of memory."), "The run crashed: Out of memory."),
        (Cancelling(), "The run was cancelled."),
    ],
    ids=["crashed", "cancelled"],
)
async def test_an_end_from_outside_is_told_to_those_who_follow(
    monkeypatch: pytest.MonkeyPatch, state: State[Any], said: str
) -> None:
    told: list[Message] = []
    monkeypatch.setattr("flows.generation.emit", lambda message, *_: told.append(message))
    run = FlowRun(id=uuid4(), flow_id=uuid4(), name="shop → out", run_count=2)
    await say_why(generate_project, run, state)
    assert [(message.text, message.attempt) for message in told] == [(said, 2)]
    assert told[0].kind.is_last


def test_the_form_describes_every_parameter_and_offers_the_choices() -> None:
    schema = generate_project.parameters.model_dump_for_openapi()
    assert schema["properties"].keys() == GenerateRequest.model_fields.keys()
    assert all(one["description"] for one in schema["properties"].values())
    assert schema["definitions"]["Style"]["enum"] == ["minimal", "standard", "enterprise"]
    assert schema["required"] == ["model", "out"]
