"""A run as its page shows it, part by part: drawn once for all who watch, so there is nothing of anybody in it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup

from app.live.channel import Channel
from app.web.links import leads
from app.web.rendering import environment
from app.web.run_words import AWAY, SENTENCES, before, count, duration, several, size, whole
from app.web.states import SHAPES
from stackwright.runs.record import Outcome, Run
from stackwright.runs.state import RunState
from stackwright.runs.steps import Progress, Step

TEMPLATE = "html/run_parts.html.jinja"
AGAIN = "again"  # beside what `Run.possible` offers: another run of the same project
MOST_FILES = 8
CHANGES = {
    "create": "new",
    "update": "changed",
    "merge": "merged",
    "conflict": "in conflict",
    "delete": "removed",
}


class Picture:
    """What is shown of one run.

    Args:
        channel: Of the run.
        app: Whose pages are linked.
        now: The clock.
    """

    def __init__(self, channel: Channel, app: FastAPI, now: Callable[[], datetime]) -> None:
        self._channel, self._app, self._now = channel, app, now
        self._given: Mapping[str, Callable[[], dict[str, Any]]] = {
            "state": self._state,
            "queue": dict,
            "clock": self._clock,
            "away": self._away,
            "problem": self._problem,
            "result": self._result,
            "bar": self._bar,
            "steps": self._steps,
            "files": self._files,
            "steering": self._steering,
            "status": self._status,
        }

    def parts(self) -> Mapping[str, Markup]:
        """Name → the part as it is now; the same objects for all who watch."""
        return {name: self._part(name) for name in self._given}

    def changes(self, seen: Mapping[str, Markup]) -> tuple[str, Mapping[str, Markup]]:
        """What brings a page up to date that has seen these parts, and what it has seen then.

        The same changes are the same object for all who need them; nothing: an empty text.
        """
        parts = self.parts()
        changed = {name: part for name, part in parts.items() if seen.get(name) != part}
        if not changed:
            return "", parts
        names = " ".join(changed)
        return self._channel.drawn(f"page: {names}", lambda _: macro("message")(changed)), parts

    def moment(self) -> str:
        """Tells a page the time of this server, as its own may be wrong."""
        return macro("moment")(self.stamp())

    def stamp(self) -> float:
        """Now, in seconds since 1970."""
        return round(self._now().timestamp(), 2)

    def _part(self, name: str) -> Markup:
        return Markup(self._channel.drawn(f"part: {name}", lambda _: self._drawn(name)))  # noqa: S704 - a macro has escaped it

    def _drawn(self, name: str) -> str:
        channel = self._channel
        return macro(name)(run=channel.run, progress=channel.progress, **self._given[name]())

    def _state(self) -> dict[str, Any]:
        run = self._channel.run
        return {"shape": SHAPES[run.state], "sentence": sentence(run, self._channel.progress)}

    def _away(self) -> dict[str, Any]:
        return {"said": AWAY if self._is_unheard else ""}

    @property
    def _is_unheard(self) -> bool:
        return not (self._channel.is_reached or self._channel.run.state.is_final)

    def _clock(self) -> dict[str, Any]:
        channel = self._channel
        now, seconds, left = self.stamp(), channel.seconds(), channel.rest()
        return {
            "passed": whole(seconds) if seconds and channel.run.state is not RunState.DONE else "",
            "since": round(now - seconds, 1) if channel.run.state is RunState.RUNNING else None,
            "left": left
            and {
                "text": whole(left.seconds),
                "until": round(now + left.seconds, 1),
                "error": whole(left.error_s),
                "by": f"by {several(left.runs, 'run')}" if left.runs else "at the pace so far",
            },
        }

    def _bar(self) -> dict[str, Any]:
        state = self._channel.run.state
        shapes = {RunState.DONE: "done", RunState.FAILED: "failed", RunState.CRASHED: "failed"}
        return {"shape": shapes.get(state, "running")}

    def _steps(self) -> dict[str, Any]:
        return {"steps": [self._step(step) for step in self._channel.progress.steps]}

    def _step(self, step: Step) -> dict[str, Any]:
        channel = self._channel
        run, known = channel.run, {one.name: one for one in channel.known}.get(step.name)
        usual = before(known) if known else ""
        said: dict[str, Any] = {"name": step.title, "state": _shape(step, run)}
        if step.state == "done" and step.seconds is not None:
            said["time"] = duration(step.seconds)
            said["usual"] = f"before: {usual}" if usual else ""
        elif step.state == "running" and run.state is RunState.RUNNING:
            passed = max(0.0, channel.seconds() - (step.since_s or 0.0))
            said["time"] = whole(passed)
            said["since"] = round(self.stamp() - passed, 1)
            said["usual"] = f"of about {usual}" if usual else ""
        elif usual and not run.state.is_final:
            said["usual"] = f"about {usual}"
        return said

    def _files(self) -> dict[str, Any]:
        progress = self._channel.progress
        return {"files": progress.files[-MOST_FILES:][::-1]}

    def _problem(self) -> dict[str, Any]:
        run, card = self._channel.run, problem_of(self._channel.run)
        model = f"/projects/{run.project_id}/model"
        if card and card["findings"] and leads(self._app, model):
            card |= {"again": model, "way": "Edit the model"}
        return {"card": card}

    def _result(self) -> dict[str, Any]:
        run = self._channel.run
        code, archive = f"/runs/{run.id}/code", f"/api/v1/runs/{run.id}/archive"
        return {
            "figures": figures(run) if run.state is RunState.DONE else [],
            "code": code if run.published and leads(self._app, code) else "",
            "archive": archive if run.published and leads(self._app, archive) else "",
            "earlier": bool(run.base) and run.state.is_final and run.state is not RunState.DONE,
        }

    def _steering(self) -> dict[str, Any]:
        run = self._channel.run
        return {"possible": steering(run)}

    def _status(self) -> dict[str, Any]:
        said = spoken(self._channel.run, self._channel.progress)
        return {"said": AWAY if self._is_unheard else said}


def macro(name: str) -> Callable[..., str]:
    """One of the pieces in the template of all parts."""
    found: Callable[..., str] = getattr(environment().get_template(TEMPLATE).module, name)
    return found


def steering(run: Run) -> str:
    """What can be done to a run, as words of an attribute."""
    return " ".join([*run.possible, *([AGAIN] if run.state.is_final else [])])


def sentence(run: Run, progress: Progress) -> str:
    """What a run does now."""
    if run.state is RunState.RUNNING and progress.text:
        return progress.text
    return SENTENCES[run.state]


def spoken(run: Run, progress: Progress) -> str:
    """What is read aloud: it changes with state and step only."""
    begun = [step for step in progress.steps if step.state != "waiting"]
    if run.state is RunState.RUNNING and begun:
        current = progress.current or begun[-1]
        at = [step.name for step in progress.steps].index(current.name) + 1
        return f"Step {at} of {len(progress.steps)}: {current.title}."
    if run.state is RunState.DONE and run.outcome:
        return f"The run is done: {several(run.outcome.files, 'file')}."
    return SENTENCES[run.state]


def problem_of(run: Run) -> dict[str, Any] | None:
    """Why a run did not do what it was for, and what to do now; None: nothing is wrong."""
    if run.state not in {RunState.FAILED, RunState.CRASHED}:
        return None
    outcome = run.outcome or Outcome()
    broke = run.state is RunState.CRASHED
    cause = outcome.cause or run.message or "Nothing more is known; the log may tell."
    fix = outcome.fix or (
        "Try it again: it goes on with the step that was not finished."
        if broke or not outcome.findings
        else "Mend what is listed, then generate again."
    )
    return {
        "title": "The run broke off" if broke else "The run failed",
        "status": f"attempt {run.attempt}" if run.attempt > 1 else "",
        "cause": cause,
        "fix": fix,
        "findings": outcome.findings,
    }


def figures(run: Run) -> list[dict[str, str]]:
    """What a run that is done has made."""
    outcome = run.outcome or Outcome()
    number, unit = size(outcome.size_bytes)
    shown = [
        {"label": "Files", "value": count(outcome.files), "note": _changes(outcome)},
        {"label": "Lines", "value": count(outcome.lines)},
        {"label": "Tests", "value": count(outcome.tests)},
        {"label": "Size", "value": number, "unit": unit},
    ]
    if run.seconds is not None:
        value, _, unit = duration(run.seconds).rpartition(" ")
        shown.append({"label": "Time", "value": value, "unit": unit})
    if outcome.checks:
        failed = outcome.checks.failed
        told = f"{failed} failed" if failed else "all passed"
        whole_count = outcome.checks.passed + failed
        shown.append({"label": "Checks", "value": count(whole_count), "note": told})
    return shown


def _changes(outcome: Outcome) -> str:
    said = ((CHANGES.get(name, name), n) for name, n in outcome.changes.items() if n)
    return ", ".join(f"{count(n)} {name}" for name, n in said)


def _shape(step: Step, run: Run) -> str:
    """The shape of a step; one that a run was in when it stopped does not run any more."""
    if step.state == "running" and run.state is not RunState.RUNNING:
        stopped = {RunState.PAUSED: "paused", RunState.CANCELLING: "running"}
        return stopped.get(run.state, "skipped" if run.state is RunState.CANCELLED else "failed")
    if step.state == "waiting" and run.state.is_final:
        return "skipped"
    return step.state
