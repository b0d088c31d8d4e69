"""The worker with a server that is away or refuses."""

import httpx
import pytest

from flows.worker.warm import WarmWorker

REQUEST = httpx.Request("POST", "http://127.0.0.1/api")


class Answering(WarmWorker):
    """A worker whose server answers every question with this failure."""

    type = "answering"

    def __init__(self, failure: httpx.HTTPError) -> None:
        super().__init__(work_pool_name="test")
        self.failure, self.questions = failure, 0
        self._has_successfully_synced = True

    async def _get_scheduled_flow_runs(self) -> list[object]:  # type: ignore[override]  # it never answers
        self.questions += 1
        raise self.failure


def _status(code: int) -> httpx.HTTPStatusError:
    return httpx.HTTPStatusError("…", request=REQUEST, response=httpx.Response(code))


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), _status(500), _status(503)])
async def test_a_server_that_is_away_is_asked_again_for_ever(
    failure: httpx.HTTPError, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Answering(failure)
    for _ in range(50):
        assert await worker.get_and_submit_flow_runs() == []
    assert worker.questions == 50
    assert caplog.text.count("waiting for it") == 1


async def test_a_server_that_refuses_is_not_waited_for() -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await Answering(_status(401)).get_and_submit_flow_runs()


async def test_a_worker_that_stops_takes_nothing() -> None:
    worker = Answering(httpx.ConnectError("refused"))
    await worker.stop_runs()
    assert await worker.get_and_submit_flow_runs() == []
    assert worker.questions == 0
