"""Deployments, releases and Terraform changes to try decisions on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.desired import Desired, Observed, observed
from stackwright.deployment.migration import Migration, Operation, OperationKind
from stackwright.deployment.release import Release, ReleaseState, Snapshot
from stackwright.deployment.targets.application import schema
from stackwright.deployment.targets.local import back_end, build, database, proxy

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADDS = Migration(
    revision="0002",
    down_revision="0001",
    operations=(
        Operation(kind=OperationKind.ADD_COLUMN, table="book", column="isbn", nullable=True),
    ),
)
DROPS = Migration(
    revision="0002",
    down_revision="0001",
    operations=(Operation(kind=OperationKind.DROP_COLUMN, table="book", column="isbn"),),
)
FIRST = Migration(
    revision="0001", operations=(Operation(kind=OperationKind.CREATE_TABLE, table="book"),)
)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def shop(**changes: Any) -> Deployment:
    """The bookshop on this machine, with some choices changed."""
    return Deployment.model_validate({"name": "bookshop", **changes})


def production(target: str = "aws", **changes: Any) -> Deployment:
    """The bookshop in a cloud for its users, as it should be."""
    good = {
        "cloud": {"target": target, "region": "eu-central-1", "credentials": "ours"},
        "setting": {"environment": "production"},
        "database": {"high_availability": True, "connections": 10},
        "address": {"domain": "shop.example.com"},
        "scaling": {"minimum": 2},
        "watching": {"mails": ["on-call@example.com"]},
    }
    for page, choices in changes.items():
        good[page] = {**good.get(page, {}), **choices}  # type: ignore[dict-item]
    return shop(**good)


def wanted(build: str = "b2", *migrations: Migration, **more: Any) -> Desired:
    last = migrations[-1].revision if migrations else "0001"
    snapshot = Snapshot(build=build, settings=more.pop("settings", "s1"), migration=last)
    return Desired(
        deployment=more.pop("deployment", shop()),
        release=more.pop("release", 2),
        snapshot=snapshot,
        migrations=migrations,
        **more,
    )


def running(release: int = 1) -> Observed:
    """This release serves."""
    return observed(
        database(),
        schema("0001"),
        build("b1"),
        back_end(release, build="b1", settings="s1"),
        proxy(release),
    )


def release(number: int, state: str = "superseded", **more: Any) -> Release:
    snapshot = more.pop("snapshot", Snapshot(build=f"b{number}", settings="s1"))
    return Release(
        number=number, state=ReleaseState(state), snapshot=snapshot, made_at=after(number), **more
    )


def change(kind: str, actions: list[str], **more: Any) -> dict[str, Any]:
    """One entry of `resource_changes`."""
    name = more.pop("name", "main")
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": {"actions": actions, "before": None, "after": None, **more},
    }


def terraform(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes)}
