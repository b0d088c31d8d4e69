"""Effects as Prefect tasks: tried again when it helps, remembered, clear when they refuse."""

import asyncio
import errno
from collections.abc import Callable
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, TaskRun

from flows.prefect_road import PrefectRoad
from stackwright.errors import Finding, ProjectError
from tasks.effect import effect

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("orchestrator"),
]


class Calls:
    """An effect that fails with these errors, one a call, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.number = list(errors), 0

    def __call__(self, word: str) -> str:
        self.number += 1
        if self.errors:
            raise self.errors.pop(0)
        return word.upper()


def _effect(calls: Calls, **policy: Any) -> Callable[[str], str]:
    def shout(word: str) -> str:
        """The word in capitals."""
        return calls(word)

    return effect(delays_s=(0.01,), **policy)(shout)


async def _run(work: Callable[[str], str], word: str = "hello") -> State[Any]:
    @flow(name="story")
    async def story() -> str:
        return await PrefectRoad().do(work, word, name=f"Shout {word}")

    state: State[Any] = await story(return_state=True)
    return state


async def _task_run(of: State[Any]) -> TaskRun:
    """The only task of a run, once the server has recorded its end."""
    run_id = of.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        for _ in range(100):
            found = await client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
            )
            if found and found[0].state and found[0].state.is_final():
                return found[0]
            await asyncio.sleep(0.1)
    raise AssertionError("The task is not recorded.")


async def test_an_effect_is_a_task_with_a_name_for_people() -> None:
    state = await _run(_effect(Calls()))
    assert await state.aresult() == "HELLO"
    task_run = await _task_run(state)
    assert task_run.name == "Shout hello"


async def test_a_failure_of_the_world_is_tried_again() -> None:
    calls = Calls(OSError(errno.EIO, "input/output error"), ConnectionResetError())
    state = await _run(_effect(calls, retries=2))
    assert await state.aresult() == "HELLO"
    assert calls.number == 3


async def test_tries_are_limited_by_the_policy() -> None:
    calls = Calls(*(OSError(errno.EIO, "input/output error") for _ in range(9)))
    state = await _run(_effect(calls, retries=2))
    assert state.is_failed()
    assert calls.number == 3


async def test_a_bug_is_not_tried_again() -> None:
    calls = Calls(KeyError("bug"))
    state = await _run(_effect(calls, retries=2))
    assert state.is_failed()
    assert calls.number == 1


async def test_a_refusal_is_a_message_with_its_findings_and_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    finding = Finding(level="error", where="entities.Order", message="it is empty")

    class Story:
        caught: ProjectError | None = None

    calls = Calls(ProjectError.bad_input("The model has 1 error.", findings=[finding]))

    @flow(name="story")
    async def story() -> str:
        try:
            return await PrefectRoad().do(_effect(calls, retries=2), "hello", name="Shout")
        except ProjectError as error:
            Story.caught = error
            return "caught"

    state: State[Any] = await story(return_state=True)
    assert await state.aresult() == "caught"
    assert Story.caught is not None
    assert Story.caught.findings == (finding,)
    assert calls.number == 1
    assert not [record for record in caplog.records if record.exc_info]
    assert "Traceback" not in caplog.text


async def test_a_kept_result_is_not_made_again_unless_its_input_differs() -> None:
    calls = Calls()
    work = _effect(calls, persist=True)
    await _run(work)
    state = await _run(work)
    assert await state.aresult() == "HELLO"
    assert calls.number == 1
    task_run = await _task_run(state)
    assert task_run.state_name == "Cached"
    await _run(work, "other")
    assert calls.number == 2


async def test_a_kept_result_that_is_no_longer_true_is_made_again() -> None:
    calls = Calls()
    work = _effect(calls, persist=True)
    await _run(work)

    @flow(name="story")
    async def story() -> str:
        return await PrefectRoad().do(work, "hello", name="Shout", still_holds=lambda _: False)

    assert await story() == "HELLO"
    assert calls.number == 2


async def test_a_refusal_is_not_kept_as_a_result() -> None:
    calls = Calls(ProjectError("The disk is full."))
    work = _effect(calls, persist=True)
    assert (await _run(work)).is_failed()
    assert await (await _run(work)).aresult() == "HELLO"
    assert calls.number == 2


async def test_there_is_no_road_outside_a_run() -> None:
    with pytest.raises(RuntimeError, match="flow run"):
        PrefectRoad()
