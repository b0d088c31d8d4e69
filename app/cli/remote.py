"""Generation on a server instead of here: the model goes there, the finished project comes back."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from app.cli.api import LOCALLY, SCOPES, Api, address_of, connected, strange
from app.cli.following import Follower
from app.cli.progress import Watching
from stackwright.access.tokens import Kind, is_secret_text
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.lock import Lock
from stackwright.generation.notes import notes
from stackwright.generation.plan import Plan
from stackwright.generation.request import GenerationReport, StepTime
from stackwright.runs.record import Outcome
from stackwright.runs.state import RunState
from stackwright.value import Value
from tasks.adoption import adopt
from tasks.model import check_model, read_file
from tasks.observing import lock_for

TOKEN = "STACKWRIGHT_TOKEN"  # noqa: S105 - the name of a variable
PAGE = 100  # projects in one answer
LONGEST_NAME = 200  # of a model


class Order(Value):
    """What is asked for."""

    server: str
    token_file: Path | None = None
    project: UUID | None = None  # on the server; None: the one that is called as the model is
    model: Path
    out: Path
    choices: Mapping[str, Any] = {}  # those that were made now; the others are as before
    renamed_from: str = ""


class RemoteReport(GenerationReport):
    """What a generation on a server did here."""

    run: UUID
    page: str  # where a browser shows the run
    server_project: UUID


class _Answer(BaseModel):
    """A part of what the API answers; newer servers may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Project(_Answer):
    id: UUID
    name: str
    model: int  # the version of the model
    config: Config


class _Version(_Answer):
    number: int


class _Run(_Answer):
    id: UUID
    model: int
    config: Config
    state: RunState
    message: str
    published: bool
    outcome: Outcome | None


class _DryRun(_Answer):
    plan: Plan


def generate_remotely(order: Order, watching: Watching) -> RemoteReport:
    """Generate on a server, follow it, and put what comes of it into the folder, without losing edits.

    Raises:
        ProjectError: The model or the folder is not fit for it, the server refuses or is away, or the run did
            not succeed. The folder is as it was.
        KeyboardInterrupt: Ctrl-C; the run was cancelled.
    """
    began = time.monotonic()
    content = read_file(order.model)
    model, _ = check_model(content, str(order.model))
    mine = lock_for(order.out, model.name, order.renamed_from)
    with connected(order.server, _token(order), watching.say) as api:
        try:
            with _called(order.model):
                project = _prepared(api, order, model.name, content.decode("utf-8-sig"), mine)
                run = _done(api, project, watching)
        except ValidationError as error:
            raise strange(api.address) from error
        steps = list(run.outcome.steps) if run.outcome else []
        with tempfile.TemporaryFile(prefix="stackwright-") as archive:
            watching.say(f"Bringing the files into {order.out}.")
            mark = time.monotonic()
            api.download(f"/runs/{run.id}/archive", archive)
            steps.append(_step("fetch", mark))
            mark = time.monotonic()
            plan, receipt = adopt(archive, model.name, order.out, order.renamed_from)
            steps.append(_step("put", mark))
    return RemoteReport(
        project=plan.project,
        plan=plan.counts(),
        receipt=receipt,
        seconds=round(time.monotonic() - began, 3),
        steps=tuple(steps),
        notes=notes(plan),
        run=run.id,
        page=api.page(f"/runs/{run.id}"),
        server_project=project.id,
    )


def plan_remotely(order: Order, say: Callable[[str], None]) -> Plan:
    """What a generation on a server would do, which keeps nothing of what it is asked about.

    Raises:
        ProjectError: The model or the folder is not fit for it, or the server refuses or is away.
    """
    content = read_file(order.model)
    model, _ = check_model(content, str(order.model))
    mine = lock_for(order.out, model.name, order.renamed_from)
    with connected(order.server, _token(order), say) as api, _called(order.model):
        try:
            known = _known(api, order, model.name)
            sent, config = _sent(order, content.decode("utf-8-sig"), mine, known)
            asked: dict[str, Any] = {"config": config.model_dump(mode="json")}
            if known:
                path, asked["model"] = f"/projects/{known.id}/plan", sent
            else:
                path, asked["model"], asked["file"] = "/plans", sent["text"], sent["file"]
            return _DryRun.model_validate(api.ask("POST", path, asked)).plan
        except ValidationError as error:
            raise strange(api.address) from error


def _token(order: Order) -> str:
    """The token, from the file or from the environment: arguments are seen by others.

    Raises:
        ProjectError: There is none.
    """
    page, text = f"{address_of(order.server)}/account", os.environ.get(TOKEN, "")
    if order.token_file:
        try:
            text = order.token_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise ProjectError.bad_input(
                f"The token's file {order.token_file} cannot be read: {why.lower()}.",
                hint=f"Make a token at {page} and put it into that file.",
            ) from error
    if not text.strip():
        raise ProjectError.bad_input(
            "There is no token for the server.",
            hint=f"Make one with the scopes {SCOPES} at {page}; put it into {TOKEN}, or into a file for "
            f"--token-file. Or {LOCALLY}.",
        )
    if not is_secret_text(Kind.TOKEN, text.strip()):
        raise ProjectError.bad_input(
            f"What {order.token_file or TOKEN} holds is not a token: a part is missing or mistyped.",
            hint=f"Tokens begin with sw_. Make a new one at {page}.",
        )
    return text.strip()


def _prepared(api: Api, order: Order, name: str, text: str, mine: Lock) -> _Project:
    """The project on the server, with this model and these choices."""
    known = _known(api, order, name)
    model, config = _sent(order, text, mine, known)
    sent = config.model_dump(mode="json")
    if known is None:
        made = {"name": name, "model": model, "config": sent}
        return _Project.model_validate(api.ask("POST", "/projects", made, again=False))
    version = _Version.model_validate(api.ask("POST", f"/projects/{known.id}/models", model))
    api.ask("PUT", f"/projects/{known.id}/configuration", sent)
    return known.model_copy(update={"model": version.number, "config": config})


def _sent(
    order: Order, text: str, mine: Lock, known: _Project | None
) -> tuple[dict[str, str], Config]:
    """The model as the API takes it, and the choices."""
    before = mine.config if mine.project or not known else known.config
    config = Config.model_validate({**before.model_dump(), **order.choices})
    return {"text": text, "file": order.model.name[-LONGEST_NAME:]}, config


def _known(api: Api, order: Order, name: str) -> _Project | None:
    """The project that is meant; None: there is none yet.

    Raises:
        ProjectError: Several are called so, or the one that was named is not there.
    """
    if order.project:
        return _Project.model_validate(api.ask("GET", f"/projects/{order.project}"))
    found, cursor = [], ""
    while True:
        page = api.ask("GET", f"/projects?limit={PAGE}{cursor}")
        try:
            found += [_Project.model_validate(one) for one in page["projects"]]
            more = page["next"]
        except (KeyError, TypeError) as error:
            raise strange(api.address) from error
        if not more:
            break
        cursor = f"&cursor={more}"
    called = [one for one in found if one.name == name]
    if len(called) > 1:
        ids = ", ".join(str(one.id) for one in called)
        raise ProjectError.bad_input(
            f"{len(called)} of your projects on the server are called {name}: {ids}.",
            hint="Say which one with --project ID.",
        )
    return called[0] if called else None


def _done(api: Api, project: _Project, watching: Watching) -> _Run:
    """A run of the project that has ended well.

    Raises:
        ProjectError: It did not; the run says why.
    """
    wanted = {"project_id": str(project.id)}
    run = _Run.model_validate(api.ask("POST", "/runs", wanted, key=uuid4().hex))
    page = api.page(f"/runs/{run.id}")
    try:
        if (run.model, run.config) != (project.model, project.config):
            _cancel(api, run)
            raise ProjectError(
                "Somebody changed the project on the server meanwhile.",
                hint="Run it again, or work on a project of your own.",
                http_status=409,
            )
        follower = Follower(api, run.id, watching.message, watching.say)
        while not run.state.is_final:
            follower.follow()
            run = _Run.model_validate(api.ask("GET", f"/runs/{run.id}"))
    except KeyboardInterrupt:
        watching.say(_cancel(api, run))
        raise
    if run.state is RunState.DONE and run.published:
        return run
    outcome = run.outcome or Outcome()
    why = f"The run on the server is {run.state}"
    raise ProjectError(
        outcome.cause or f"{why}: {run.message or 'it published nothing.'}",
        hint=" ".join(part for part in (outcome.fix, f"The run: {page}") if part),
        findings=outcome.findings,
        exit_code=2 if outcome.findings else 1,
    )


def _cancel(api: Api, run: _Run) -> str:
    """Let the run end; what came of that, for people."""
    try:
        state = _Run.model_validate(api.ask("POST", f"/runs/{run.id}/cancel", again=False)).state
    except (ProjectError, ValidationError) as error:
        page = api.page(f"/runs/{run.id}")
        return f"The run on the server could not be cancelled ({error}) Look at {page}"
    return f"The run on the server is {state}."


@contextmanager
def _called(model: Path) -> Iterator[None]:
    """Findings name the file as it is called here, so that editors find it."""
    try:
        yield
    except ProjectError as error:
        error.findings = tuple(
            one.model_copy(update={"file": str(model)}) if one.file else one
            for one in error.findings
        )
        raise


def _step(name: str, since: float) -> StepTime:
    return StepTime(name=name, seconds=round(time.monotonic() - since, 3))
