"""Generation on a server instead of here."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from app import runs
from stackwright.generation.progress import Message
from stackwright.generation.request import GenerateRequest, GenerationReport
from tasks.model import read_file


def generate_remotely(
    server: str, request: GenerateRequest, on_message: Callable[[Message], None]
) -> GenerationReport:
    """Generate as a run on this server and follow it; its folder is one of the machine that runs it.

    Args:
        server: Address of the Prefect server.
        request: With the path of the model; its text is what the server gets.
        on_message: Is told what happens.

    Raises:
        ProjectError: The server does not answer, or the run did not succeed.
    """
    content = read_file(Path(request.model)).decode("utf-8", "replace")
    folder = str(Path(request.out).absolute())
    sent = request.model_copy(update={"model": content, "file": request.model, "out": folder})

    async def run() -> GenerationReport:
        started = await runs.start(runs.GENERATE, sent.model_dump(mode="json"))
        try:
            async for message in runs.follow(started):
                on_message(message)
        except asyncio.CancelledError:  # Ctrl-C means the generation, not the watching
            await runs.cancel(started)
            raise
        return await runs.result(started)

    with runs.on(server):
        return asyncio.run(run())
