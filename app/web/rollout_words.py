"""How pages tell of rollouts: their state, their plan, how far each step is, and the releases that there were."""

from collections.abc import Mapping
from datetime import datetime
from textwrap import shorten
from typing import Any

from app.live.sites import SiteView
from app.web.deployment_words import TITLES
from app.web.moments import minute
from app.web.program_lines import line
from app.web.run_words import duration
from stackwright.deployment.events import EventType
from stackwright.deployment.plan import Plan
from stackwright.deployment.rehearsal.report import STAGE
from stackwright.deployment.release import ReleaseState
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Step
from stackwright.runs.rollout import Rollout, RolloutKind
from stackwright.runs.state import RunState

SENTENCES: Mapping[RunState, str] = {
    RunState.QUEUED: "It is about to begin.",
    RunState.RUNNING: "It is under way.",
    RunState.PAUSED: "It waits for a yes to its plan. Nobody notices anything of it until then.",
    RunState.CANCELLING: "It is being cancelled. What serves, serves on.",
    RunState.DONE: "It is done.",
    RunState.FAILED: "It failed.",
    RunState.CRASHED: "It broke off. What serves, serves on; what was half-started is ended.",
    RunState.CANCELLED: "It was cancelled. What served before serves on.",
}
BADGES: Mapping[RunState, str] = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.CANCELLING: "running",
    RunState.DONE: "done",
    RunState.FAILED: "failed",
    RunState.CRASHED: "failed",
    RunState.CANCELLED: "skipped",
}
RELEASES: Mapping[ReleaseState, tuple[str, str]] = {
    ReleaseState.DEPLOYING: ("running", "deploying"),
    ReleaseState.SERVING: ("done", "serves"),
    ReleaseState.SUPERSEDED: ("skipped", "served before"),
    ReleaseState.ROLLED_BACK: ("warning", "taken back"),
    ReleaseState.FAILED: ("failed", "never served"),
}
ACTIONS = {
    "create": "added",
    "update": "changed",
    "replace": "changed",
    "delete": "removed",
    "run": "waiting",
}

NOTE = 140  # characters of why a release was taken back, where they are listed


def short(title_of_it: str, site: str) -> str:
    """What a program is called where nothing but its site is meant."""
    return title_of_it.removesuffix(f" of {site}")


def title(rollout: Rollout) -> str:
    """What a rollout is for."""
    if rollout.plan:
        return rollout.plan.title
    if rollout.kind is RolloutKind.REHEARSAL:
        return f"Rehearse {rollout.config.name} on {TITLES[rollout.config.cloud.target]}"
    if rollout.kind is RolloutKind.ROLLBACK:
        to = f"release {rollout.restores}" if rollout.restores else "the last good release"
        return f"Go back to {to}"
    return "A new release"


def badge(rollout: Rollout) -> dict[str, str]:
    """The state of a rollout, as a table shows it."""
    words = "waits for a yes" if rollout.waits else rollout.state.value
    return {"state": BADGES[rollout.state], "text": words}


def sentence(rollout: Rollout) -> str:
    """Where it stands, in one sentence."""
    if rollout.kind is RolloutKind.REHEARSAL and not rollout.state.is_final:
        return "Real Terraform makes everything against the provider's own schema. No cloud is touched."
    if rollout.state is RunState.RUNNING and rollout.plan is None:
        if rollout.image:
            return "It is planned: the template is laid out, and Terraform asks the provider what is there."
        return "The release is made ready: unpacked, equipped, built. The first one takes a minute."
    if rollout.state is RunState.DONE:
        return rollout.message or SENTENCES[rollout.state]
    return SENTENCES[rollout.state]


def why(rollout: Rollout) -> dict[str, Any] | None:
    """What went wrong, as a problem card; None: nothing did."""
    if rollout.state not in (RunState.FAILED, RunState.CRASHED):
        return None
    refusal, outcome = rollout.refusal, rollout.outcome
    if outcome and outcome.why:
        taken = "was taken back by itself" if outcome.took_back else "failed"
        serves = (
            f"Release {outcome.serves} serves on."
            if outcome.serves
            else "Nothing serves: nothing has served before."
        )
        heading = f"Release {outcome.release.number} {taken}. {serves}"
        first = outcome.why.partition("\n")[0]  # the log below has all of it
        return {"title": heading, "cause": first, "status": 0, "findings": []}
    cause = refusal.message if refusal else rollout.message or "Nothing more is known."
    return {
        "title": "Nothing was changed" if refusal else "The rollout broke off",
        "cause": cause,
        "fix": refusal.hint
        if refusal
        else "Start it again: it makes a new plan from what is there.",
        "status": 0,
        "findings": list(refusal.findings) if refusal else [],
    }


def groups(plan: Plan) -> list[dict[str, Any]]:
    """The plan by service: each step with what it changes, its risk, and the findings that belong to it."""
    return [
        {"name": name, "steps": [_planned(plan, step) for step in steps]}
        for name, steps in plan.groups().items()
    ]


def steps(rollout: Rollout) -> list[dict[str, Any]]:
    """How far each step is: from the plan, and from what was said of it."""
    if rollout.plan is None:
        return []
    state, took = _heard(rollout)
    over = rollout.state.is_final
    shown = []
    for step in rollout.plan.steps:
        at = state.get(step.key, "waiting")
        if over and at in ("waiting", "running"):
            at = "skipped" if at == "waiting" else "failed"
        time = duration(took[step.key]) if took.get(step.key) else ""
        shown.append({"name": step.title, "state": at, "time": time})
    return shown


def said(rollout: Rollout) -> list[dict[str, Any]]:
    """What was said besides the steps: notes, failures and the way back, as lines of a log."""
    lines = [
        one
        for one in rollout.events
        if (one.type in (EventType.FAILED, EventType.NOTE) or not one.address)
        and one.message
        and not one.address.startswith(STAGE)
    ]
    told = [
        (one.type is EventType.FAILED and not at, text)
        for one in lines
        for at, text in enumerate(one.message.splitlines())  # the first says it, programs the rest
    ]
    return [
        {**line(number, text), **({"level": "error"} if is_failure else {})}
        for number, (is_failure, text) in enumerate(told, 1)
    ]


def releases(site: SiteView) -> list[dict[str, Any]]:
    """All releases, the newest first, each with what people noticed of its switch and the way back to it."""
    switches = {one.release: one for one in site.switches}
    shown = []
    for choice in site.releases:
        one, switch = choice.release, switches.get(choice.release.number)
        state, word = RELEASES[one.state]
        note = f"is release {one.restores} again" if one.restores else ""
        if one.tombstone:
            note = shorten(one.tombstone.why.partition("\n")[0], NOTE, placeholder=" …")
        shown.append(
            {
                "number": one.number,
                "state": state,
                "word": word,
                "made": minute(one.made_at),
                "build": one.snapshot.build[:12],
                "note": note,
                "switch": f"{switch.requests} requests, {switch.dropped} dropped, p99 {switch.p99_ms:.0f} ms"
                if switch
                else "",
                "why_not": choice.why_not,
            }
        )
    return shown


def programs(site: SiteView, now: datetime) -> list[list[Any]]:
    """The programs of a site as rows of a table."""
    return [
        [
            {"state": "done" if one.lives else "failed", "text": "runs" if one.lives else "down"},
            short(one.title, site.name) if one.lives else one.sentence,
            _lived(max(0.0, now.timestamp() - one.since)) if one.lives else "",
            str(one.starts),
        ]
        for one in site.programs
    ]


def _lived(seconds: float) -> str:
    """How long a program lives: the two largest units tell enough."""
    hours = int(seconds // 3600)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {int(seconds % 3600 // 60)} min" if hours else duration(seconds)


def _planned(plan: Plan, step: Step) -> dict[str, Any]:
    return {
        "title": step.title,
        "state": ACTIONS[step.action.value],
        "action": step.action.value,
        "risk": "" if step.risk is Risk.SAFE else step.risk.value.replace("_", " "),
        "reasons": " ".join(step.reasons),
        "changes": [one for one in step.changes if one.before != one.after]
        if step.before is not None
        else [],
        "findings": plan.findings_at(step),
    }


def _heard(rollout: Rollout) -> tuple[dict[str, str], dict[str, float]]:
    """Key of a step → its state, and the seconds that it took."""
    keys = {step.key for step in rollout.plan.steps} if rollout.plan else set()
    state: dict[str, str] = {}
    took: dict[str, float] = {}
    words = {EventType.STARTED: "running", EventType.DONE: "done", EventType.FAILED: "failed"}
    for event in rollout.events:
        key = f"{event.action} {event.address}"
        if key in keys and event.type in words and state.get(key) != "done":
            state[key] = words[event.type]
            took[key] = event.elapsed_s
        elif event.type is EventType.FAILED:
            state |= {name: "failed" for name, was in state.items() if was == "running"}
    return state, took
