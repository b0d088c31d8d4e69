"""The flow that builds a project for the store: what it publishes, says, goes on from and leaves."""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling

from blocks.artifacts import open_store
from flows import marks
from flows.generation import build_project, leave_nothing
from flows.stories import delivery
from stackwright.errors import ProjectError
from stackwright.generation.build import BuildRequest
from stackwright.generation.config import Platform
from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.quality import Outcome, QualityReport
from stackwright.generation.request import GenerationReport, Refusal
from tasks import workspace
from tasks.artifacts import find_index
from tasks.workspace import project_folder, work_folder
from tests.flows.conftest import SHOP
from tests.flows.test_generation import LITTLE, _artifacts, _break, _count

if TYPE_CHECKING:
    from stackwright.generation.output_index import OutputIndex


pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("orchestrator")]

PLACE, LATER = "projects/p/first", "projects/p/second"
RENAMED = SHOP.replace("title: Shop", "title: Shop of books")


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store and workspaces of this test alone."""
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", str(tmp_path / "artifacts"))
    monkeypatch.setenv("STACKWRIGHT_WORK", str(tmp_path / "work"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What runs say."""
    messages: list[Message] = []
    monkeypatch.setattr("flows.prefect_road.emit", lambda message, *_: messages.append(message))
    return messages


async def _build(model: str = SHOP, run: str = "first", **given: Any) -> State[Any]:
    place = given.pop("place", f"projects/p/{run}")
    state: State[Any] = await build_project(
        run=run, place=place, model=model, config=LITTLE, return_state=True, **given
    )
    return state


def _published(place: str = PLACE) -> "OutputIndex | None":
    return find_index(open_store(os.environ["STACKWRIGHT_ARTIFACTS"]), place)


async def _report(state: State[Any]) -> GenerationReport:
    return GenerationReport.model_validate(
        json.loads(str((await _artifacts(state))[marks.REPORT].data))
    )


async def test_a_build_publishes_the_project_and_leaves_nothing_else(
    told: list[Message],
) -> None:
    state = await _build()
    assert state.is_completed()
    report, index = await _report(state), _published()
    assert index is not None
    assert (report.receipt.files, report.receipt.out) == (len(index.files), "shop")
    assert not list(work_folder().iterdir())
    steps = list(dict.fromkeys(message.step for message in told))
    assert steps == ["read", "plan", "render", "write", "publish", "done"]
    assert [message.kind.is_last for message in told] == [False] * (len(told) - 1) + [True]
    assert [message.number for message in told] == list(range(1, len(told) + 1))
    assert not [message.text for message in told if str(work_folder()) in message.text]


async def test_a_build_goes_on_from_an_earlier_output(told: list[Message]) -> None:
    await _build()
    told.clear()
    state = await _build(RENAMED, "second", base=PLACE)
    assert state.is_completed()
    plan = (await _report(state)).plan
    assert plan.keys() == {"update", "unchanged"}
    first, second = _published(), _published(LATER)
    assert first
    assert second
    assert first.by_path.keys() == second.by_path.keys()
    differing = [path for path in first.by_path if first.by_path[path] != second.by_path[path]]
    assert len(differing) == plan["update"]
    steps = list(dict.fromkeys(message.step for message in told))
    assert steps == ["restore", "read", "plan", "render", "write", "publish", "done"]
    assert [message.kind for message in told].count(MessageKind.STARTED) == 1


async def test_a_project_may_get_another_name(told: list[Message]) -> None:
    await _build()
    state = await _build(SHOP.replace("name: shop", "name: store"), "second", base=PLACE)
    assert state.is_completed()
    index = _published(LATER)
    assert index
    assert index.project == "store"


async def test_a_base_that_is_gone_fails_with_a_way_out(told: list[Message]) -> None:
    state = await _build(base="projects/p/none")
    assert state.is_failed()
    assert "no published project at projects/p/none" in str(state.message)
    assert told[-1].kind is MessageKind.ERROR


async def test_a_retry_renders_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    await _build(run="base")
    calls = _count(monkeypatch, "render_batch")
    mend = _break(monkeypatch, "write_project", ProjectError("The disk is full."))
    given = {"model": RENAMED, "base": "projects/p/base"}
    assert (await _build(**given)).is_failed()
    rendered = len(calls)
    assert rendered > 1
    assert project_folder("first").is_dir()
    mend()
    state = await _build(**given)
    assert state.is_completed()
    assert len(calls) == rendered
    assert (await _report(state)).plan.keys() == {"update", "unchanged"}


async def test_a_store_that_is_away_fails_the_run_and_a_retry_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: list[Message]
) -> None:
    calls = _count(monkeypatch, "plan_project")
    (tmp_path / "artifacts").touch()
    state = await _build()
    assert state.is_failed()
    assert "Publishing the project failed" in str(state.message)
    refusal = Refusal.model_validate(json.loads(str((await _artifacts(state))[marks.ERROR].data)))
    assert "STACKWRIGHT_ARTIFACTS" in refusal.hint
    assert [message.kind for message in told].count(MessageKind.ERROR) == 1
    (tmp_path / "artifacts").unlink()
    told.clear()
    state = await _build()
    assert state.is_completed()
    assert list(dict.fromkeys(message.step for message in told)) == ["write", "publish", "done"]
    assert len(calls) == 1
    assert (await _report(state)).plan.keys() == {"create"}
    assert _published()


@pytest.mark.parametrize("is_ok", [True, False])
async def test_checks_are_kept_and_the_output_is_there_whatever_they_say(
    monkeypatch: pytest.MonkeyPatch, told: list[Message], *, is_ok: bool
) -> None:
    asked: list[tuple[Any, ...]] = []

    async def verify(folder: Path, *given: Any) -> QualityReport:  # the real one takes minutes
        asked.append((folder, *given))
        assert (folder / "backend").is_dir()
        return _quality(is_ok=is_ok)

    monkeypatch.setattr(delivery, "verify", verify)
    state = await _build(verify=True)
    assert state.is_completed() is is_ok
    assert asked[0][-1] == "projects/p"
    kept = json.loads(str((await _artifacts(state))[marks.QUALITY].data))
    assert QualityReport.model_validate(kept) == _quality(is_ok=is_ok)
    assert _published()
    assert project_folder("first").is_dir() is not is_ok
    assert told[-1].kind is (MessageKind.COMPLETE if is_ok else MessageKind.ERROR)
    if not is_ok:
        assert "1 of its checks failed" in str(state.message)


async def test_a_cancelled_build_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Message] = []
    monkeypatch.setattr("flows.generation.emit", lambda message, *_: said.append(message))
    folder = workspace.open_workspace("gone").parent
    other = workspace.open_workspace("other").parent
    for run in ("gone", "../elsewhere/other", ""):
        one = FlowRun(id=uuid4(), flow_id=uuid4(), name="x", parameters={"run": run})
        await leave_nothing(build_project, one, Cancelling())
    assert not folder.exists()
    assert other.exists()
    assert len(said) == 3


async def test_what_nobody_went_on_with_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    old, young = (workspace.open_workspace(run).parent for run in ("old", "young"))
    (work_folder() / "foreign").mkdir()
    week_ago = time.time() - workspace.KEPT_S - 60
    for path in (*old.iterdir(), work_folder() / "foreign"):
        os.utime(path, (week_ago, week_ago))
    await _build()
    assert {path.name for path in work_folder().iterdir()} == {"foreign", young.name}


async def test_a_model_is_never_a_path(shop: Path) -> None:
    state = await _build(str(shop))
    assert state.is_failed()
    assert "model has 1 error" in str(state.message)


@pytest.mark.parametrize(
    "given", [{"run": "../x"}, {"run": ""}, {"place": "a/../b"}, {"place": "/a"}, {"base": "a//b"}]
)
async def test_names_that_lead_elsewhere_are_refused(given: dict[str, str]) -> None:
    state = await _build(**given)
    assert state.is_failed()
    assert not work_folder().exists()


def test_the_form_describes_every_parameter() -> None:
    schema = build_project.parameters.model_dump_for_openapi()
    assert schema["properties"].keys() == BuildRequest.model_fields.keys()
    assert all(one["description"] for one in schema["properties"].values())
    assert schema["required"] == ["run", "place", "model"]


def _quality(*, is_ok: bool) -> QualityReport:
    outcome = Outcome(
        id="backend.lint",
        platform=Platform.BACKEND,
        title="Lint",
        proves="that it is clean",
        state="ok" if is_ok else "failed",
        cause="" if is_ok else "3 problems.",
    )
    return QualityReport(project="shop", ok=is_ok, seconds=1, outcomes=(outcome,), figures={})
