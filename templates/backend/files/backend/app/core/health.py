"""Whether the application lives, and whether it can do its work."""

import logging

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import SessionDep
from app.core.problems import Problem, responses
from app.core.values import Output

log = logging.getLogger("app.health")
router = APIRouter(tags=["Health"])


class Health(Output):
    """All is well."""

    status: str = "ok"


@router.get("/health")
def health() -> Health:
    """Whether the process lives."""
    return Health()


@router.get("/ready", responses=responses(503))
def ready(session: SessionDep) -> Health:
    """Whether the database can be reached."""
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.warning("The database cannot be reached", exc_info=error)
        raise Problem(503, "The database cannot be reached.") from error
    return Health()
