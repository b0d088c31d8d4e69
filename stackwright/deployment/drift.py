"""What differs from what was deployed, attribute by attribute, and what is done about it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.deployment.step import UNKNOWN, Fact, Resource
from stackwright.value import Value

MOVES = frozenset({"latest_restorable_time"})  # attributes that change by themselves


class DriftKind(StrEnum):
    """In which way something differs."""

    CHANGED = "changed"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


class Drift(Value):
    """One difference."""

    kind: DriftKind
    address: str
    path: Annotated[str, Field(description="The attribute; empty: the whole resource.")] = ""
    was: Annotated[Fact, Field(description="As it was deployed.")] = None
    found: Annotated[Fact, Field(description="As it is now.")] = None

    @property
    def sentence(self) -> str:
        """What differs, for people."""
        if self.kind is DriftKind.MISSING:
            return f"{self.address} is gone."
        if self.kind is DriftKind.UNEXPECTED:
            return f"{self.address} was not made by a release."
        return f"{self.address}: {self.path} was {_shown(self.was)} and is {_shown(self.found)}."


class Decision(StrEnum):
    """What is done about a difference."""

    ACCEPT = "accept"  # what is there becomes what is wanted
    REVERT = "revert"  # the next plan puts it back
    IGNORE = "ignore"  # it is not shown any more


class Ignored(Value):
    """An attribute whose differences nobody wants to hear of."""

    address: str
    path: Annotated[str, Field(description="Empty: the whole resource.")] = ""
    by: str
    why: str
    at: datetime


def compare(
    recorded: Sequence[Resource], seen: Sequence[Resource], ignored: Iterable[Ignored] = ()
) -> tuple[Drift, ...]:
    """Every difference that is not ignored, in the order of addresses and paths.

    Args:
        recorded: What the release that serves left behind.
        seen: What is there now.
        ignored: What nobody wants to hear of.
    """
    old, new = ({one.address: one for one in part} for part in (recorded, seen))
    found: list[Drift] = []
    for address in sorted({*old, *new}):
        if address not in new:
            found.append(Drift(kind=DriftKind.MISSING, address=address))
        elif address not in old:
            found.append(Drift(kind=DriftKind.UNEXPECTED, address=address))
        else:
            found += _changes(old[address], new[address])
    return audible(found, ignored)


def audible(drifts: Iterable[Drift], ignored: Iterable[Ignored]) -> tuple[Drift, ...]:
    """Those of these differences that somebody wants to hear of."""
    silent = {(one.address, one.path) for one in ignored}
    return tuple(one for one in drifts if not _is_silent(one, silent))


def matters(drift: Drift, alone: frozenset[tuple[str, str]]) -> bool:
    """Whether somebody has to hear of a difference: nobody has, of what moves by itself or is left to others.

    Args:
        drift: The difference.
        alone: Resource, without its index, and attribute that are left to others.
    """
    attribute = drift.path.partition(".")[0]
    resource = drift.address.partition("[")[0]
    return drift.kind is not DriftKind.CHANGED or not (
        attribute in MOVES or (resource, attribute) in alone
    )


def accepted(recorded: Sequence[Resource], drifts: Sequence[Drift]) -> tuple[Resource, ...]:
    """What is recorded after these differences were accepted; unexpected resources stay foreign."""
    gone = {one.address for one in drifts if one.kind is DriftKind.MISSING}
    left = []
    for resource in recorded:
        if resource.address in gone:
            continue
        facts = dict(resource.facts)
        for one in drifts:
            if one.kind is DriftKind.CHANGED and one.address == resource.address:
                facts.pop(one.path, None)
                if one.found is not None:
                    facts[one.path] = one.found
        left.append(resource.model_copy(update={"facts": facts}))
    return tuple(left)


def by_decision(
    drifts: Sequence[Drift], decisions: Mapping[tuple[str, str], Decision]
) -> Mapping[Decision, tuple[Drift, ...]]:
    """Decision → its differences. What nobody decided about appears under none."""
    return {
        decision: tuple(one for one in drifts if decisions.get((one.address, one.path)) is decision)
        for decision in Decision
    }


def _changes(old: Resource, new: Resource) -> list[Drift]:
    return [
        Drift(
            kind=DriftKind.CHANGED,
            address=old.address,
            path=path,
            was=old.facts.get(path),
            found=new.facts.get(path),
        )
        for path in sorted({*old.facts, *new.facts})
        if old.facts.get(path) != new.facts.get(path)
        and UNKNOWN not in (old.facts.get(path), new.facts.get(path))
    ]


def _is_silent(one: Drift, silent: set[tuple[str, str]]) -> bool:
    return (one.address, one.path) in silent or (one.address, "") in silent


def _shown(value: Fact) -> str:
    return "not set" if value is None else f"“{value}”" if isinstance(value, str) else str(value)
