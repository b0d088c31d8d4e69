"""One step of a plan: what it changes, how risky that is, and how it is taken back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.risk import Risk
from stackwright.errors import ProjectError
from stackwright.value import Value

Fact = str | int | float | bool | None
Facts = dict[str, Fact]  # path of an attribute, such as `ingress.0.port` → what it is
SECRET = "(secret)"  # noqa: S105 - stands in the place of one
UNKNOWN = "(known after it is made)"


class Resource(Value):
    """Something that is there: of which kind, where, and what is known of it."""

    kind: str
    address: str
    facts: Facts = {}


class Action(StrEnum):
    """What a step does to what is there."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    RUN = "run"  # does something and leaves everything as it is


class Undo(StrEnum):
    """What becomes of a step when the plan is taken back."""

    REVERSE = "reverse"  # its reverse is carried out
    KEEP = "keep"  # it stays: what was there before works with it
    NEVER = "never"  # it cannot be taken back, so nothing before it can


class Change(Value):
    """One attribute that a step changes, as people read it."""

    path: str
    before: Fact
    after: Fact


INVERSE = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.UPDATE: Action.UPDATE,
    Action.REPLACE: Action.REPLACE,
    Action.RUN: Action.RUN,
}


class Step(Value):
    """One step. Carrying it out twice is the same as once."""

    kind: Annotated[str, Field(description="What it is about, such as aws_vpc or local_proxy.")]
    address: Annotated[str, Field(description="Which one of them.")]
    verb: Annotated[str, Field(description="The effect that carries it out, such as start.")]
    title: Annotated[str, Field(description="What it does, for people.")]
    group: Annotated[str, Field(description="The service that it belongs to.")]
    action: Action
    risk: Risk = Risk.SAFE
    reasons: Annotated[
        tuple[str, ...], Field(description="Why it is risky or cannot be taken back: sentences.")
    ] = ()
    before: Annotated[
        Facts | None, Field(description="What it changes as it was; null: nothing was there.")
    ] = None
    after: Annotated[
        Facts | None, Field(description="The same as it will be; null: nothing will be there.")
    ] = None
    undo: Undo = Undo.REVERSE
    undo_verb: Annotated[
        str, Field(description="The effect that takes it back; empty: nothing has to be done.")
    ] = ""
    undo_title: str = ""

    @property
    def key(self) -> str:
        """Names it within its plan."""
        return f"{self.verb} {self.address}"

    @property
    def is_reversible(self) -> bool:
        """Whether the plan can be taken back after it."""
        return self.undo is not Undo.NEVER

    @property
    def changes(self) -> tuple[Change, ...]:
        """The attributes that it changes, in the order of their paths."""
        before, after = self.before or {}, self.after or {}
        return tuple(
            Change(path=path, before=before.get(path), after=after.get(path))
            for path in sorted({*before, *after})
        )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        there = (self.before is not None, self.after is not None)
        allowed = {
            Action.CREATE: {(False, True)},
            Action.DELETE: {(True, False)},
            Action.UPDATE: {(True, True)},
            Action.REPLACE: {(True, True)},
            Action.RUN: {(False, False)},
        }
        if there not in allowed[self.action]:
            message = f"A step that does “{self.action.value}” has other facts: {self.key}."
            raise ValueError(message)
        changes_something = self.action is not Action.RUN
        if self.undo is Undo.REVERSE and changes_something and not self.undo_verb:
            message = f"Nothing says how “{self.key}” is taken back."
            raise ValueError(message)
        if self.undo is Undo.NEVER and not self.reasons:
            message = f"Nothing says why “{self.key}” cannot be taken back."
            raise ValueError(message)
        return self


def undone(step: Step) -> Step | None:
    """The step that takes this one back, or None when nothing has to be done.

    Raises:
        ProjectError: It cannot be taken back (HTTP 409).
    """
    if step.undo is Undo.NEVER:
        raise ProjectError(
            f"“{step.title}” cannot be taken back: {' '.join(step.reasons)}",
            hint="Put it right with a new release, or restore the backup.",
            http_status=409,
        )
    if step.undo is Undo.KEEP or not step.undo_verb:
        return None
    return step.model_copy(
        update={
            "verb": step.undo_verb,
            "undo_verb": step.verb,
            "title": step.undo_title,
            "undo_title": step.title,
            "action": INVERSE[step.action],
            "before": step.after,
            "after": step.before,
        }
    )


State = Mapping[str, Resource]  # address → what is there


def applied(state: State, step: Step) -> dict[str, Resource]:
    """What is there after this step.

    Raises:
        ProjectError: What it begins with is not there (HTTP 409): the plan is out of date.
    """
    there = state.get(step.address)
    if step.action is Action.RUN:
        return dict(state)
    facts: Facts = {} if there is None else dict(there.facts)
    expected = step.before or {}
    fits = (there is None) == (step.before is None) and all(
        path in facts and facts[path] == value for path, value in expected.items()
    )
    if not fits:
        raise ProjectError(
            f"{step.address} is not as the plan found it, so “{step.title}” is not carried out.",
            hint="Make a new plan.",
            http_status=409,
        )
    if step.after is None:
        return {address: one for address, one in state.items() if address != step.address}
    left = {path: value for path, value in facts.items() if path not in expected}
    new = Resource(kind=step.kind, address=step.address, facts={**left, **step.after})
    return {**state, step.address: new}


def is_done(state: State, step: Step) -> bool:
    """Whether what is there is what this step leads to, so that it need not be carried out again."""
    if step.action is Action.RUN:
        return False
    there = state.get(step.address)
    if step.after is None or there is None:
        return step.after is None and there is None
    gone = set(step.before or {}) - set(step.after)
    return not gone & there.facts.keys() and all(
        path in there.facts and there.facts[path] == value for path, value in step.after.items()
    )
