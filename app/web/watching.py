"""The socket on which pages watch a run: the whole state first, then only the parts that changed."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import anyio
from fastapi import WebSocket, WebSocketDisconnect

from app.api.runs import the_run
from app.api.watching import NOT_KNOWN
from app.edge.identity import by_cookie, not_allowed
from app.edge.parts import parts_of
from app.edge.problems import TryLaterError, unauthenticated
from app.live.channel import Channel
from app.live.door import hub_of
from app.live.hub import Hub
from app.web.run_log import counts
from app.web.run_picture import Picture, macro
from stackwright.access.rights import Action, may
from stackwright.errors import ProjectError

LOOK_S = 1.0  # between two looks at the log
ASK_AGAIN_S = 60.0  # whether the session goes on


async def watch(socket: WebSocket, run_id: UUID) -> None:
    """Everything that changes on the page of a run, as pieces of HTML.

    The socket closes with 4401, 4403 or 4404 for callers that have not signed in, may not, or ask for what is not
    there; it stays open when the run has ended, as that may be tried again.
    """
    parts, hub = parts_of(socket), hub_of(socket)
    await socket.accept()
    try:
        caller = await by_cookie(socket)
        if caller is None:
            raise unauthenticated()
        if not may(caller.account.role, None, Action.READ_RUNS):
            raise not_allowed(caller, Action.READ_RUNS)
        async with parts.storage.session() as session:
            run = await the_run(session, run_id, caller)
    except ProjectError as error:
        await socket.close(4000 + error.http_status, error.message[:120])
        return
    async with hub.watching(run) as channel:
        await _until_gone(socket, channel, hub)


async def _until_gone(socket: WebSocket, channel: Channel, hub: Hub) -> None:
    async with anyio.create_task_group() as group:

        async def ends(speak: Any, *given: Any) -> None:
            """Whoever ends first ends all: the client has gone, or may not listen any more."""
            with suppress(WebSocketDisconnect):
                await speak(socket, *given)
            group.cancel_scope.cancel()

        for speak, *given in ((_listen,), (_draw, channel), (_count, channel, hub), (_ask,)):
            group.start_soon(ends, speak, *given)


async def _listen(socket: WebSocket) -> None:
    """Notice that the client has gone; what it says is of no interest."""
    while True:
        await socket.receive_text()


async def _draw(socket: WebSocket, channel: Channel) -> None:
    await channel.caught_up()  # nobody is shown less than before the application began anew
    picture = Picture(channel, socket.app, parts_of(socket).now)
    text, seen = picture.changes({})
    await socket.send_text(picture.moment() + text)
    async for is_news in channel.pictures(lambda _: True):
        if is_news is None:
            await socket.send_text(picture.moment())
            continue
        text, seen = picture.changes(seen)
        if text:
            await socket.send_text(text)


async def _count(socket: WebSocket, channel: Channel, hub: Hub) -> None:
    """Tell how many lines the log has; the page fetches those that it wants."""
    seen = -1
    while True:
        with suppress(ProjectError):  # the orchestrator is away: later
            lines = await hub.log(channel.run)
            if len(lines) != seen:
                seen = len(lines)
                await socket.send_text(macro("log_counted")(counts(lines)))
        await asyncio.sleep(LOOK_S)


async def _ask(socket: WebSocket) -> None:
    """Hang up when the session of this browser has ended."""
    while True:
        await asyncio.sleep(ASK_AGAIN_S)
        with suppress(TryLaterError):
            if await by_cookie(socket) is None:
                await socket.close(NOT_KNOWN, "The session has ended.")
                return
