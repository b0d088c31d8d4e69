"""The socket on which programs watch a run."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from app.api.runs import the_run
from app.edge.identity import identified
from app.edge.parts import parts_of
from app.live.channel import Channel
from app.live.door import hub_of
from stackwright.access.rights import Action
from stackwright.errors import ProjectError
from stackwright.runs.envelope import Heartbeat

router = APIRouter()
NOT_KNOWN, NOT_ALLOWED, NOT_THERE = 4401, 4403, 4404  # close codes: 4000 + the HTTP status


@router.websocket("/ws/generation/{session_id}")
async def watch(
    socket: WebSocket,
    session_id: UUID,
    after: Annotated[int | None, Query(ge=0, description="The last number seen.")] = None,
) -> None:
    """Everything a run says, as JSON: the whole state first, or what came after the last number seen.

    The schema is at /api/v1/runs/events/schema. The socket closes with 1000 when the run has ended, with 4401,
    4403 or 4404 for callers that are not known, may not, or ask for what is not there.
    """
    parts, hub = parts_of(socket), hub_of(socket)
    await socket.accept()
    try:
        caller = await identified(socket, Action.READ_RUNS)
        async with parts.storage.session() as session:
            run = await the_run(session, session_id, caller)
    except ProjectError as error:
        await socket.close(4000 + error.http_status, error.message[:120])
        return
    async with hub.watching(run) as channel:
        with suppress(WebSocketDisconnect):
            await _until_gone(socket, channel, after)
            await socket.close(1000, "The run has ended.")


async def _until_gone(socket: WebSocket, channel: Channel, after: int | None) -> None:
    async with anyio.create_task_group() as group:

        async def listen() -> None:
            """Notice that the client has gone; what it says is of no interest."""
            with suppress(WebSocketDisconnect):
                while True:
                    await socket.receive_text()
            group.cancel_scope.cancel()

        group.start_soon(listen)
        with suppress(WebSocketDisconnect):
            async for batch in channel.envelopes(after):
                for text in batch or [_heartbeat(channel, after, parts_of(socket).now())]:
                    await socket.send_text(text)
        group.cancel_scope.cancel()


def _heartbeat(channel: Channel, after: int | None, at: datetime) -> str:
    heard = max(after or 0, channel.progress.sequence)  # it may have heard more than we, yet
    return Heartbeat(sequence=heard, at=at).model_dump_json()
