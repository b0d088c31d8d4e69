"""What whoever applies a plan should know, or do afterwards."""

from stackwright.generation.plan import STALE, Action, Plan

_NAMED = 3  # paths in one sentence
_HOW_TO_MIGRATE = (
    "Databases made by the old one do not notice: bring them up to date with a revision of their own "
    "(alembic revision --autogenerate, then alembic upgrade head)."
)
_REVISIONS = "/migrations/versions/"


def notes(plan: Plan) -> tuple[str, ...]:
    """Sentences for people; none when there is nothing to heed."""
    return (*_stale(plan), *_migrations(plan))


def _stale(plan: Plan) -> list[str]:
    paths = [file.path for file in plan.having(Action.KEPT) if file.reason == STALE]
    if not paths:
        return []
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    what = "A file that you edited misses" if len(paths) == 1 else "Files that you edited miss"
    hint = "The project may not fit together until you add it; generate elsewhere to compare."
    return [f"{what} what is new: {', '.join(paths[:_NAMED])}{more}. {hint}"]


def _migrations(plan: Plan) -> list[str]:
    return [
        f"{file.path} changes. {_HOW_TO_MIGRATE}"
        for file in plan.having(Action.UPDATE)
        if _REVISIONS in file.path
    ]
