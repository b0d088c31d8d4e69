"""The orchestrator's client, imported when it is wanted: that takes seconds, and pages are served meanwhile."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["loaded", "orchestrator"]

CLIENT = "app.runs"

if TYPE_CHECKING:
    from app import runs as orchestrator
else:

    class _Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(import_module(CLIENT), name)

    orchestrator = _Late()


async def loaded() -> None:
    """Wait until it is imported, while others are served."""
    await asyncio.to_thread(import_module, CLIENT)
