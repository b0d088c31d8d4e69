"""Whether the application works: for balancers and for `stackwright serve`."""

from typing import Literal

from fastapi import APIRouter

from app.edge.parts import Its
from stackwright import __version__
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/health", tags=["health"])


class Health(Value):
    """All is well."""

    status: Literal["ok"] = "ok"
    version: str = __version__


@router.get("")
async def health(parts: Its) -> Health:
    """200 when the database answers, 503 with the cause when it does not."""
    await parts.storage.must_answer()
    return Health()
