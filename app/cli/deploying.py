"""What the commands of `stackwright deploy` share: what was asked for, the plan, and what came of it."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli import show
from app.cli.chosen import chosen
from stackwright.errors import ProjectError
from stackwright.value import Value

if TYPE_CHECKING:
    from flows.stories.orders import Order, Prepared
    from flows.stories.ways import Way
    from stackwright.deployment.config import Deployment
    from stackwright.deployment.events import Event
    from stackwright.deployment.history import History
    from stackwright.deployment.hosting.site import Site
    from stackwright.deployment.outcome import Outcome
    from stackwright.deployment.plan import Plan
    from tasks.cloud_site import Access


class Given(Value):
    """What was said on the command line of what is to be deployed."""

    name: str = ""
    environment: str = ""
    target: str = ""
    image: str = ""
    credentials: str = ""
    port: int = 0
    data_dir: Path | None = None


class Answer(Value):
    """What was said of the plan."""

    digest: str = ""
    confirm: str = ""
    yes: bool = False


def order(project: Path, given: Given) -> "Order":
    """What is to be deployed, by what was said on the command line.

    Raises:
        ProjectError: There is no such project, or what was said does not go together.
    """
    from flows.stories.orders import Order
    from stackwright.deployment.request import why_not
    from tasks.hosting_place import cloud_site, site_at

    deployment = _deployment(project, given)
    if wrong := why_not(deployment, str(project), given.image):
        raise ProjectError.bad_input(wrong[0], hint=f"{wrong[1]} On the command line: --image.")
    here = root(given.data_dir)
    site = (
        cloud_site(here, deployment.site)
        if given.image
        else site_at(here, deployment.site, given.port)
    )
    return Order(
        deployment=deployment,
        site=site,
        source=None if given.image else project,
        settings=deployment.settings_version,
        image=given.image,
    )


def _deployment(project: Path, given: Given) -> "Deployment":
    from pydantic import ValidationError

    from stackwright.deployment.config import Deployment
    from tasks.observing import read_lock

    if given.image or given.target:
        named = chosen(project, given.target, given.environment, "deployed to")
        if given.credentials:
            cloud = named.cloud.model_copy(update={"credentials": given.credentials})
            named = named.model_copy(update={"cloud": cloud})
        return named.model_copy(update={"name": given.name}) if given.name else named
    if not project.is_dir():
        raise ProjectError.bad_input(
            f"There is no folder {project}.",
            hint="Generate the project first: stackwright generate",
        )
    called = given.name or read_lock(project).project or project.resolve().name
    try:
        return Deployment.model_validate(
            {"name": called, "setting": {"environment": given.environment or "staging"}}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ProjectError.bad_input(
            f"{'.'.join(map(str, first['loc']))} is not possible: {first['msg']}.",
            hint="A name is made of a-z, 0-9 and “-”; an environment is staging or production.",
        ) from error


def way_of(deployment: "Deployment", server: str) -> "Way[Any]":
    """The way to where it runs; to a provider with the credentials that are saved on a server.

    Raises:
        ProjectError: They are not saved there, or are not whole.
    """
    from flows.stories.ways import Here, There
    from stackwright.deployment.options.place import REHEARSED, Target
    from tasks.cloud_site import Access

    if deployment.cloud.target is Target.LOCAL:
        return Here()
    if deployment.cloud.credentials == REHEARSED:
        return There(Access(rehearses=True))
    return There(asyncio.run(_access(deployment, server)))


async def _access(deployment: "Deployment", server: str) -> "Access":
    from app import runs
    from flows.access import access_of

    with runs.on(server):
        return await access_of(deployment)


def root(data_dir: Path | None) -> Path:
    """The folder of the host."""
    from tasks.hosting_place import host_folder

    return (data_dir.expanduser() / "host").absolute() if data_dir else host_folder()


def known(name: str, data_dir: Path | None) -> "tuple[Site, History]":
    """A site and what it went through.

    Raises:
        ProjectError: Nothing of this name was deployed (HTTP 404).
    """
    from tasks.hosting_place import known_site

    return known_site(root(data_dir), name)


def ready(order: "Order", server: str) -> "tuple[Prepared, Way[Any]]":
    """The release made ready and planned, and the way that it goes.

    Raises:
        ProjectError: It cannot be made ready.
    """
    from flows.road import LocalRoad, at_once

    way = way_of(order.deployment, server)
    with show.console(errors=True).status(
        "Making the release ready: the first one takes a minute."
    ):
        return at_once(way.make_ready(order, LocalRoad())), way


def carry_out(ready: "Prepared", way: "Way[Any]", answer: Answer, *, as_json: bool) -> int:
    """Show the plan, ask, carry it out, and say what came of it; 1: it was taken back or failed."""
    from flows.road import LocalRoad, at_once
    from stackwright.deployment.approval import approve
    from tasks.hosting_history import now

    plan = ready.plan
    if plan.changes_nothing:
        told({"changes": 0, "title": plan.title}, f"{plan.title}.", as_json=as_json)
        return 0
    if not as_json:
        show_plan(plan)
    if not answer.digest and not answer.yes:
        typer.confirm("Carry it out?", abort=True, err=True)
    digest, confirmation = answer.digest or plan.digest, answer.confirm
    approved = approve(plan, digest, getpass.getuser(), now(), confirmation=confirmation)
    out = show.console(errors=True)

    def tell(event: "Event") -> None:
        text = event.message or (event.address if event.type == "done" else "")
        if event.type != "started" and text:
            took = f" [dim]{event.elapsed_s:.1f} s[/]" if event.elapsed_s else ""
            mark = {"done": "[green]✓[/]", "failed": "[red]✗[/]"}.get(event.type, "·")
            out.print(f"{mark} {show.plain(text)}{took}")

    outcome = at_once(way.deploy(ready, approved, LocalRoad(), tell))
    return show_outcome(ready, outcome, as_json=as_json)


def show_outcome(ready: "Prepared", outcome: "Outcome", *, as_json: bool) -> int:
    """Say what came of it; 1: it was taken back or failed."""
    url = outcome.url if ready.order.image else ready.order.site.url
    document = {**outcome.model_dump(mode="json"), "url": url}
    if outcome.why:
        serves = f"Release {outcome.serves} serves on." if outcome.serves else "Nothing serves."
        taken = "was taken back" if outcome.took_back else "failed"
        text = f"[red]Release {outcome.release.number} {taken}.[/] {serves}"
        told(document, text, as_json=as_json)
        return 1
    where = f" at {show.plain(url)}" if url else ""
    name = show.plain(ready.order.site.name)
    told(document, f"[green]{name}[/] serves{where}", as_json=as_json)
    return 0


def told(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print an answer, for people or for programs."""
    if as_json:
        show.as_json(document)
    else:
        show.console().print(text)


def show_plan(plan: "Plan") -> None:
    """Print a plan as people read it."""
    out = show.console()
    out.print(f"[bold]{show.plain(plan.title)}[/]")
    for number, step in enumerate(plan.steps, 1):
        risk = "" if step.risk == "safe" else f" [red]{step.risk}[/]"
        place = f"{number:>3} {step.group:<9} {step.action:<7}"
        out.print(f"{place} {show.plain(step.title)}{risk}")
    show.findings(plan.findings)
    back = "is taken back by itself" if plan.automatic_rollback else "is not taken back by itself"
    out.print(f"A release that does not become healthy {back}.")
    out.print(f"digest {plan.digest}")
