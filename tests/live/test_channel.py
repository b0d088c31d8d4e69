"""One run and its watchers: what each of them is sent, whenever it comes and however slow it is."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.live import channel as module
from app.live.channel import BURST, GAP_S, MOST_BEHIND, Channel
from stackwright.generation.config import Config
from stackwright.generation.progress import Message, MessageKind
from stackwright.runs.record import Run
from stackwright.runs.state import RunState


def a_run(state: RunState = RunState.RUNNING) -> Run:
    return Run(
        id=uuid4(),
        project_id=uuid4(),
        owner_id=uuid4(),
        number=1,
        title="Shop",
        model=1,
        config=Config(),
        verify=False,
        state=state,
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def message(number: int, kind: MessageKind = MessageKind.PROCESSING, attempt: int = 1) -> Message:
    return Message(kind=kind, text=f"said {number}", step="render", number=number, attempt=attempt)


@pytest.fixture
def channel() -> Channel:
    return Channel(a_run(), (), time.monotonic)


async def first(batches: AsyncIterator[Sequence[str]]) -> list[dict[str, Any]]:
    async with asyncio.timeout(5):
        return [json.loads(text) for text in await anext(batches)]


def kinds(batch: list[dict[str, Any]]) -> list[str]:
    return [one["type"] for one in batch]


async def test_newcomers_get_the_whole_state_and_then_each_message_once(channel: Channel) -> None:
    channel.hear([message(1), message(2)])
    watching = channel.envelopes(None)
    whole = await first(watching)
    assert (kinds(whole), whole[0]["sequence"]) == (["SNAPSHOT"], 1_000_002)
    assert whole[0]["progress"]["text"] == "said 2"
    channel.hear([message(2), message(3)])
    assert [one["text"] for one in await first(watching)] == ["said 3"]


async def test_who_comes_back_goes_on_after_the_last_number_seen(channel: Channel) -> None:
    channel.hear([message(number) for number in range(1, 6)])
    back = await first(channel.envelopes(1_000_003))
    assert [one["sequence"] for one in back] == [1_000_004, 1_000_005]
    assert await first(channel.envelopes(1_000_005)) == []


async def test_who_comes_back_to_an_application_that_began_anew_hears_nothing_twice(
    channel: Channel,
) -> None:
    back = channel.envelopes(1_000_002)  # heard of the application before, which read all again
    assert await first(back) == []
    channel.change(channel.run.model_copy(update={"state": RunState.PAUSED}))
    assert [one["sequence"] for one in await first(back)] == [1_000_002]
    channel.hear([message(1), message(2), message(3)])
    assert [one["sequence"] for one in await first(back)] == [1_000_003]


async def test_nobody_is_shown_less_than_before_the_application_began_anew(
    channel: Channel,
) -> None:
    waiting = asyncio.create_task(channel.caught_up())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    channel.change(channel.run.model_copy(update={"message": "still running"}))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    channel.hear([message(1)])
    await asyncio.wait_for(waiting, 1)
    queued = Channel(a_run(RunState.QUEUED), (), time.monotonic)
    await asyncio.wait_for(queued.caught_up(), 1)  # it has nothing to say yet


async def test_who_is_far_behind_gets_the_whole_state_instead_of_a_backlog(
    channel: Channel,
) -> None:
    channel.hear([message(number) for number in range(1, MOST_BEHIND + 3)])
    assert kinds(await first(channel.envelopes(1_000_001))) == ["SNAPSHOT"]
    assert len(await first(channel.envelopes(1_000_002))) == MOST_BEHIND


async def test_a_slow_watcher_misses_no_message_and_keeps_nobody_waiting(channel: Channel) -> None:
    slow, quick = channel.envelopes(0), channel.envelopes(0)
    assert await first(slow) == await first(quick) == []
    for number in range(1, 4):
        channel.hear([message(number)])
        assert [one["text"] for one in await first(quick)] == [f"said {number}"]
    assert [one["text"] for one in await first(slow)] == ["said 1", "said 2", "said 3"]


async def test_a_change_of_state_is_told_and_the_end_ends_it(channel: Channel) -> None:
    watching = channel.envelopes(None)
    await first(watching)
    channel.change(channel.run.model_copy(update={"state": RunState.PAUSED}))
    told = await first(watching)
    assert (kinds(told), told[0]["run"]["state"]) == (["RUN_CHANGED"], "paused")
    channel.hear([message(1, MessageKind.COMPLETE)])
    channel.change(channel.run.model_copy(update={"state": RunState.DONE}))
    assert kinds(await first(watching)) == ["GENERATION_COMPLETE", "RUN_CHANGED"]
    with pytest.raises(StopAsyncIteration):
        await anext(watching)


async def test_a_retry_goes_on_counting(channel: Channel) -> None:
    channel.hear([message(7), message(1, attempt=2)])
    again = await first(channel.envelopes(1_000_007))
    assert [one["sequence"] for one in again] == [2_000_001]


async def test_much_at_once_is_sent_ten_times_a_second_at_most(channel: Channel) -> None:
    watching, deliveries, heard = channel.envelopes(0), 0, 0
    until = asyncio.get_running_loop().time() + 10 * GAP_S

    async def talk() -> None:
        for number in range(1, 101):
            channel.hear([message(number)])
            await asyncio.sleep(GAP_S / 10)

    talking = asyncio.create_task(talk())
    async for batch in watching:
        deliveries += 1
        heard += len(batch)
        if asyncio.get_running_loop().time() > until:
            break
    await talking
    assert deliveries <= 10 + BURST + 1
    assert heard >= 60


async def test_silence_is_told_from_a_lost_connection(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    watching = channel.envelopes(0)
    await first(watching)
    assert await first(watching) == []


async def test_a_hundred_pages_share_one_drawing_and_see_the_newest_state_alone(
    channel: Channel,
) -> None:
    drawn = []

    def draw(one: Channel) -> str:
        drawn.append(one.progress.text)
        return f"<p>{one.progress.text}</p>"

    pages = [channel.pictures(lambda one: one.drawn("page", draw)) for _ in range(100)]
    await asyncio.gather(*(anext(page) for page in pages))
    for number in range(1, 6):
        channel.hear([message(number)])
    shown = await asyncio.gather(*(anext(page) for page in pages))
    assert {id(text) for text in shown} == {id(shown[0])}
    assert drawn == ["", "said 5"]


async def test_a_page_stays_when_the_run_has_ended_as_it_may_be_tried_again(
    channel: Channel,
) -> None:
    watching = channel.pictures(lambda one: one.run.state)
    channel.change(channel.run.model_copy(update={"state": RunState.FAILED}))
    assert await anext(watching) == "failed"
    channel.change(channel.run.model_copy(update={"state": RunState.QUEUED}))
    assert await anext(watching) == "queued"
    channel.hear([message(1, attempt=2)])
    assert await anext(watching) == "running"
