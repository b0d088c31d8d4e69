"""A server far away, on loopback: the real application on a real database, and a stand-in for the orchestrator."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from app.live.hub import Hub
from app.storage import projects, runs
from flows.stories.generation import generate_locally
from stackwright.access.rights import Scope
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message
from stackwright.generation.request import GenerateRequest, GenerationReport, Refusal
from stackwright.runs.record import Run, outcome_of
from stackwright.runs.state import RunState
from tasks.artifacts import publish_output
from tests.api.world import World

R = TypeVar("R")
SCOPES = (Scope.PROJECTS_READ, Scope.PROJECTS_WRITE, Scope.RUNS_READ, Scope.RUNS_WRITE)
SOON_S = 20.0


class Far:
    """The server, as tests see it from another thread.

    Attributes:
        address: Where it is.
        works: Whether the stand-in carries runs out; otherwise they wait.
        breaks: How many connections of watchers it still breaks in the middle of a run.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self._folder = world, folder
        self.works, self.breaks = True, 0
        self._loop = asyncio.new_event_loop()
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        config = uvicorn.Config(
            world.app,
            log_level="critical",
            ws="websockets-sansio",
            lifespan="off",
            loop="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)

    def do(self, work: Coroutine[Any, Any, R]) -> R:
        """The result of this work, done in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SOON_S)

    def token(self, email: str = "ann@example.org", scopes: Sequence[Scope] = SCOPES) -> str:
        """The token of an account that is made for it."""

        async def made() -> str:
            account = await self.world.account(email)
            program = await self.world.program(account, scopes)
            return program.headers["Authorization"].removeprefix("Bearer ")

        return self.do(made())

    def ask(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """What the API answers to somebody else than the command line."""

        async def asked() -> Any:
            visitor = self.world.visitor()
            visitor.headers["Authorization"] = f"Bearer {token}"
            answer = await visitor(method, path, body)
            assert answer.is_success, answer.text
            return answer.json()

        return self.do(asked())

    @contextmanager
    def open(self) -> Iterator[None]:
        """Inside, it serves."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join(SOON_S)
            self._loop.close()
            self._listening.close()

    def stop(self) -> None:
        """Serve nobody any more."""
        self._server.should_exit = True

    async def _serve(self) -> None:
        app = self.world.app
        async with app.router.lifespan_context(app):
            working = asyncio.create_task(self._work())
            await self._server.serve(sockets=[self._listening])
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _work(self) -> None:
        """Carry out what waits, as the keeper and the orchestrator do together."""
        storage, hub = self.world.parts.storage, self.world.app.state.hub
        while True:
            await asyncio.sleep(0.05)
            if self.works:
                async with storage.session() as session:
                    waiting = await runs.active(session)
                for run in waiting:
                    await self._carry_out(run, hub)

    async def _carry_out(self, run: Run, hub: Hub) -> None:
        storage, now = self.world.parts.storage, self.world.clock()
        async with storage.session() as session:
            found = await projects.model(session, run.project_id, run.model)
            running = {"state": RunState.RUNNING.value, "started_at": now}
            begun = await runs.change(session, run.id, was=run.state, **running)
        assert found
        assert begun
        hub.changed(begun)
        folder = self._folder / str(run.project_id)
        request = GenerateRequest(
            model=found[1], out=str(folder), config=run.config, file=found[0].file
        )
        said: list[Message] = []
        report, refusal = await asyncio.to_thread(self._generate, request, said, run.place)
        async with hub.watching(begun) as channel:
            for number, message in enumerate(said):
                channel.hear([message])
                await asyncio.sleep(0.02)
                if self.breaks and number > len(said) // 2:
                    self.breaks -= 1
                    for connection in list(self._server.server_state.connections):
                        connection.transport.abort()
                    await asyncio.sleep(0.3)
        state = RunState.DONE if report else RunState.FAILED
        async with storage.session() as session:
            changed = await runs.change(
                session,
                run.id,
                was=RunState.RUNNING,
                state=state.value,
                ended_at=now,
                published=bool(report),
                outcome=outcome_of(report, None, refusal, report.steps if report else ()),
            )
            await runs.keep_journal(session, run.id, said)
        assert changed
        hub.changed(changed)

    def _generate(
        self, request: GenerateRequest, said: list[Message], place: str
    ) -> tuple[GenerationReport | None, Refusal | None]:
        try:
            report = generate_locally(request, said.append)
        except ProjectError as error:
            return None, Refusal.of(error)
        publish_output(Path(request.out), place)
        return report, None
