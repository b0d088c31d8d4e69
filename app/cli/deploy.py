"""`stackwright deploy`: run a generated project on this machine, bring its next release to its people, and go back."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import show
from stackwright.errors import ProjectError

if TYPE_CHECKING:
    from flows.stories.orders import Order, Ready
    from stackwright.deployment.events import Event
    from stackwright.deployment.history import History
    from stackwright.deployment.hosting.site import Site
    from stackwright.deployment.outcome import Outcome
    from stackwright.deployment.plan import Plan

deploy = typer.Typer(
    name="deploy",
    help="Run a generated project on this machine: plan, apply, look, go back.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The folder of a project.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the deployment.")]
NewName = Annotated[
    str, typer.Option("--name", help="What the deployment is called; none: as the project.")
]
Staging = Annotated[
    str, typer.Option("--environment", help="What it is for: staging or production.")
]
Port = Annotated[
    int,
    typer.Option(min=0, max=65535, help="Where people reach it; 0: the one it has, or a free one."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where data and logs are kept.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
Approve = Annotated[
    str, typer.Option(metavar="DIGEST", help="Approve exactly the plan with this digest.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Approve the plan that is made now.")]
Confirm = Annotated[
    str, typer.Option(metavar="NAME", help="Of the deployment: confirms that data is lost.")
]


@deploy.command()
def plan(
    project: Folder,
    *,
    name: NewName = "",
    environment: Staging = "staging",
    port: Port = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Show what a deployment would do; nobody notices anything of it."""
    ready = _ready(_order(project, name, environment, port, data_dir))
    if as_json:
        show.as_json({"digest": ready.plan.digest, **ready.plan.model_dump(mode="json")})
    else:
        _show_plan(ready.plan)
    return 0


@deploy.command()
def apply(
    project: Folder,
    *,
    name: NewName = "",
    environment: Staging = "staging",
    port: Port = 0,
    data_dir: DataDir = None,
    approve: Approve = "",
    yes: Yes = False,
    confirm: Confirm = "",
    as_json: AsJson = False,
) -> int:
    """Deploy: plan, ask, carry out; a release that does not become healthy is taken back by itself."""
    ready = _ready(_order(project, name, environment, port, data_dir))
    return _carry_out(ready, approve, confirm, yes=yes, as_json=as_json)


@deploy.command()
def rollback(
    name: Name,
    *,
    to: Annotated[int, typer.Option(min=0, help="The release; 0: the last good one.")] = 0,
    data_dir: DataDir = None,
    approve: Approve = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Go back to an earlier release, on the same road as every release."""
    from flows.stories.orders import Order
    from stackwright.deployment.release import choose, last_good

    site, history = _known(name, data_dir)
    number = to or last_good(history.releases)
    chosen = choose(history.releases, number, buried=bool(to))
    order = Order(
        deployment=history.deployment,
        site=site,
        restores=chosen.number,
        settings=chosen.snapshot.settings,
    )
    return _carry_out(_ready(order), approve, "", yes=yes, as_json=as_json)


@deploy.command()
def status(name: Name, *, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Show what is true now of a deployment; 1: it does not serve."""
    from tasks.hosting_site import site_status

    site, _ = _known(name, data_dir)
    found = site_status(site)
    if as_json:
        show.as_json({"is_up": found.is_up, **found.model_dump(mode="json")})
        return int(not found.is_up)
    out = show.console()
    serves = f"release {found.serves} serves at {found.url}" if found.is_up else "it does not serve"
    out.print(f"[bold]{site.name}[/]: {serves}")
    for one in found.programs:
        out.print(f"  {show.plain(one.sentence)}")
    return int(not found.is_up)


@deploy.command()
def history(name: Name, *, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Show all releases of a deployment, the newest first, and which can be gone back to."""
    from stackwright.deployment.release import choices

    _, known = _known(name, data_dir)
    if as_json:
        show.as_json(known.model_dump(mode="json"))
        return 0
    out = show.console()
    switches = {one.release: one.sentence for one in known.switches}
    for choice in choices(known.releases):
        one = choice.release
        restores = f", is release {one.restores} again" if one.restores else ""
        out.print(
            f"[bold]{one.number}[/] {one.state} {one.made_at:%Y-%m-%d %H:%M} "
            f"build {one.snapshot.build[:12]}{restores}"
        )
        for line in (switches.get(one.number, ""), one.tombstone.why if one.tombstone else ""):
            if line:
                out.print(f"  {show.plain(line)}")
    return 0


@deploy.command()
def health(name: Name, *, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Ask a deployment how it is, settle what was interrupted, and start what should run; 1: it is not well."""
    from flows.road import LocalRoad, at_once
    from flows.stories.tending import watch

    site, _ = _known(name, data_dir)
    found = at_once(watch(site, LocalRoad()))
    lines = "".join(f"\n  {show.plain(line)}" for line in found.lines[-8:])
    _told(found.model_dump(mode="json"), f"{show.plain(found.sentence)}{lines}", as_json=as_json)
    return int(not found.healthy)


@deploy.command()
def drift(
    name: Name,
    *,
    ignore: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS[:PATH]", help="Hear no more of this difference; needs --why."
        ),
    ] = "",
    why: Annotated[str, typer.Option(help="Why it is ignored, for those who come later.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Show what differs from the release that serves; 1: something does. Deploy or roll back to put it back."""
    from flows.road import LocalRoad, at_once
    from flows.stories.tending import differences
    from stackwright.deployment.drift import Ignored
    from tasks import hosting_drift, hosting_history

    site, _ = _known(name, data_dir)
    if ignore and not why.strip():
        raise ProjectError.bad_input("Nobody says why it is ignored.", hint="Say so with --why.")
    if ignore:
        address, _, path = ignore.partition(":")
        by, at = getpass.getuser(), hosting_history.now()
        hosting_drift.ignore(site, Ignored(address=address, path=path, by=by, why=why, at=at))
    found = at_once(differences(site, LocalRoad()))
    said = [f"  {show.plain(one.sentence)}" for one in found.drifts]
    text = "\n".join([f"{site.name} differs from release {found.release}:", *said])
    same = f"{site.name} is as release {found.release} left it."
    _told(found.model_dump(mode="json"), text if said else same, as_json=as_json)
    return int(bool(said))


@deploy.command()
def logs(
    name: Name,
    *,
    lines: Annotated[int, typer.Option(min=1, help="Of each program.")] = 40,
    data_dir: DataDir = None,
) -> int:
    """Show what the programs of a deployment said last."""
    from tasks.hosting import last_lines
    from tasks.hosting_site import site_status

    site, _ = _known(name, data_dir)
    out = show.console()
    for one in site_status(site).programs:
        out.print(f"[bold]{show.plain(one.seen.title)}[/]")
        for line in last_lines(site.root, one.seen.name, lines):
            out.print(f"  {show.plain(line)}")
    return 0


@deploy.command()
def stop(name: Name, *, data_dir: DataDir = None) -> int:
    """End a deployment's programs; its data and releases stay."""
    from tasks.hosting_site import stop_site

    site, _ = _known(name, data_dir)
    stop_site(site)
    show.console().print(f"{site.name} has ended. Its data and releases are kept.")
    return 0


@deploy.command()
def remove(name: Name, *, data_dir: DataDir = None, confirm: Confirm = "") -> int:
    """End a deployment and remove its data, releases, backups and logs."""
    from tasks.hosting_site import remove_site

    site, _ = _known(name, data_dir)
    if confirm != site.name:
        raise ProjectError.bad_input(
            f"Removing {site.name} loses all its data and backups.",
            hint=f"Confirm it: --confirm {site.name}",
        )
    remove_site(site)
    show.console().print(f"{site.name} is gone.")
    return 0


def _order(project: Path, name: str, environment: str, port: int, data_dir: Path | None) -> "Order":
    from pydantic import ValidationError

    from flows.stories.orders import Order
    from stackwright.deployment.config import Deployment
    from tasks.hosting_place import site_at
    from tasks.observing import read_lock

    if not project.is_dir():
        raise ProjectError.bad_input(
            f"There is no folder {project}.",
            hint="Generate the project first: stackwright generate",
        )
    called = name or read_lock(project).project or project.resolve().name
    try:
        deployment = Deployment.model_validate(
            {"name": called, "setting": {"environment": environment}}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ProjectError.bad_input(
            f"{'.'.join(map(str, first['loc']))} is not possible: {first['msg']}.",
            hint="A name is made of a-z, 0-9 and “-”; an environment is staging or production.",
        ) from error
    return Order(
        deployment=deployment,
        site=site_at(_root(data_dir), deployment.site, port),
        source=project,
        settings=deployment.settings_version,
    )


def _root(data_dir: Path | None) -> Path:
    from tasks.hosting_place import host_folder

    return (data_dir.expanduser() / "host").absolute() if data_dir else host_folder()


def _known(name: str, data_dir: Path | None) -> "tuple[Site, History]":
    from tasks.hosting_place import known_site

    return known_site(_root(data_dir), name)


def _ready(order: "Order") -> "Ready":
    from flows.road import LocalRoad, at_once
    from flows.stories.deployment import make_ready

    with show.console(errors=True).status(
        "Making the release ready: the first one takes a minute."
    ):
        return at_once(make_ready(order, LocalRoad()))


def _carry_out(ready: "Ready", digest: str, confirm: str, *, yes: bool, as_json: bool) -> int:
    from flows.road import LocalRoad, at_once
    from flows.stories.deployment import deploy as carry_out
    from stackwright.deployment.approval import approve
    from tasks.hosting_history import now

    plan = ready.plan
    if plan.changes_nothing:
        _told({"changes": 0, "title": plan.title}, f"{plan.title}.", as_json=as_json)
        return 0
    if not as_json:
        _show_plan(plan)
    if not digest and not yes:
        typer.confirm("Carry it out?", abort=True, err=True)
    approved = approve(plan, digest or plan.digest, getpass.getuser(), now(), confirmation=confirm)
    out = show.console(errors=True)

    def tell(event: "Event") -> None:
        if event.type != "started":
            took = f" [dim]{event.elapsed_s:.1f} s[/]" if event.elapsed_s else ""
            mark = {"done": "[green]✓[/]", "failed": "[red]✗[/]"}.get(event.type, "·")
            out.print(f"{mark} {show.plain(event.message)}{took}")

    outcome = at_once(carry_out(ready, approved, LocalRoad(), tell))
    return _show_outcome(ready, outcome, as_json=as_json)


def _show_outcome(ready: "Ready", outcome: "Outcome", *, as_json: bool) -> int:
    url = ready.order.site.url
    document = {"url": url, **outcome.model_dump(mode="json")}
    if outcome.why:
        serves = f"Release {outcome.serves} serves on." if outcome.serves else "Nothing serves."
        taken = "was taken back" if outcome.took_back else "failed"
        text = f"[red]Release {outcome.release.number} {taken}.[/] {serves}"
        _told(document, text, as_json=as_json)
        return 1
    _told(
        document, f"[green]{show.plain(ready.order.site.name)}[/] serves at {url}", as_json=as_json
    )
    return 0


def _told(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json(document)
    else:
        show.console().print(text)


def _show_plan(plan: "Plan") -> None:
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
