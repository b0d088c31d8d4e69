"""Looking again and again goes on when looking fails, and says once that it does."""

import asyncio

from structlog.testing import capture_logs

from app.live.rounds import Rounds
from stackwright.errors import ProjectError

AWAY = ProjectError("It is away.", hint="Wait.")
FOR_EVER_S = 3600.0


async def test_it_looks_on_after_failures_and_says_once_what_is_not_kept() -> None:
    answers = iter([True, AWAY, OSError("gone"), True, False])
    told: list[bool] = []
    idle = asyncio.Event()

    async def look() -> bool:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        if not answer:
            idle.set()
        return bool(answer)

    rounds = Rounds(look, "things", 0.001, FOR_EVER_S, told.append)
    with capture_logs() as logs:
        keeping = asyncio.create_task(rounds.keep())
        await idle.wait()
        assert told == [False, True]
        assert [one["what"] for one in logs] == ["things"]
        idle.clear()
        rounds.nudge()  # it would not look for an hour
        await idle.wait()
        keeping.cancel()
