"""`stackwright deploy`: a project on this machine or its image in a cloud; its next release, and the way back."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from app.cli import deploying, show
from app.cli.credentials import HERE, Server
from app.cli.deploying import Answer, Given
from stackwright.errors import ProjectError

deploy = typer.Typer(
    name="deploy",
    help="Run a generated project on this machine, or its image in a cloud: plan, apply, look, go back.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The folder of a project.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the deployment.")]
NewName = Annotated[
    str, typer.Option("--name", help="What the deployment is called; none: as the project.")
]
Staging = Annotated[
    str,
    typer.Option(
        "--environment",
        help="staging or production; none: what the deployment's file says, or staging.",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        help="aws, gcp, azure or digitalocean; none: with an image what the deployment's file says, else this machine."
    ),
]
Image = Annotated[
    str,
    typer.Option(
        metavar="REFERENCE",
        help="What a cloud runs, such as registry.example.com/bookshop:1.4@sha256:…",
    ),
]
Credentials = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Of the saved credentials of the cloud; rehearsal: a rehearsed cloud; none: what the file says.",
    ),
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
    environment: Staging = "",
    target: Target = "",
    image: Image = "",
    credentials: Credentials = "",
    server: Server = HERE,
    port: Port = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Show what a deployment would do; nobody notices anything of it."""
    given = Given(
        name=name,
        environment=environment,
        target=target,
        image=image,
        credentials=credentials,
        port=port,
        data_dir=data_dir,
    )
    ready, _ = deploying.ready(deploying.order(project, given), server)
    if as_json:
        show.as_json({"digest": ready.plan.digest, **ready.plan.model_dump(mode="json")})
    else:
        deploying.show_plan(ready.plan)
    return 0


@deploy.command()
def apply(
    project: Folder,
    *,
    name: NewName = "",
    environment: Staging = "",
    target: Target = "",
    image: Image = "",
    credentials: Credentials = "",
    server: Server = HERE,
    port: Port = 0,
    data_dir: DataDir = None,
    approve: Approve = "",
    yes: Yes = False,
    confirm: Confirm = "",
    as_json: AsJson = False,
) -> int:
    """Deploy: plan, ask, carry out; a release that does not become healthy is taken back by itself."""
    given = Given(
        name=name,
        environment=environment,
        target=target,
        image=image,
        credentials=credentials,
        port=port,
        data_dir=data_dir,
    )
    ready, way = deploying.ready(deploying.order(project, given), server)
    answer = Answer(digest=approve, confirm=confirm, yes=yes)
    return deploying.carry_out(ready, way, answer, as_json=as_json)


@deploy.command()
def rollback(
    name: Name,
    *,
    to: Annotated[int, typer.Option(min=0, help="The release; 0: the last good one.")] = 0,
    server: Server = HERE,
    data_dir: DataDir = None,
    approve: Approve = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Go back to an earlier release, on the same road as every release."""
    from flows.stories.orders import order_back
    from stackwright.deployment.release import choose, last_good

    site, history = deploying.known(name, data_dir)
    chosen = choose(history.releases, to or last_good(history.releases), buried=bool(to))
    ready, way = deploying.ready(order_back(site, history, chosen), server)
    return deploying.carry_out(ready, way, Answer(digest=approve, yes=yes), as_json=as_json)


@deploy.command()
def status(name: Name, *, data_dir: DataDir = None, as_json: AsJson = False) -> int:
    """Show what is true now of a deployment; 1: it does not serve."""
    from tasks.hosting_site import site_status

    site, _ = deploying.known(name, data_dir)
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

    _, known = deploying.known(name, data_dir)
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

    site, _ = deploying.known(name, data_dir)
    found = at_once(watch(site, LocalRoad()))
    lines = "".join(f"\n  {show.plain(line)}" for line in found.lines[-8:])
    deploying.told(
        found.model_dump(mode="json"), f"{show.plain(found.sentence)}{lines}", as_json=as_json
    )
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

    site, _ = deploying.known(name, data_dir)
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
    deploying.told(found.model_dump(mode="json"), text if said else same, as_json=as_json)
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

    site, _ = deploying.known(name, data_dir)
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

    site, _ = deploying.known(name, data_dir)
    stop_site(site)
    show.console().print(f"{site.name} has ended. Its data and releases are kept.")
    return 0


@deploy.command()
def remove(name: Name, *, data_dir: DataDir = None, confirm: Confirm = "") -> int:
    """End a deployment and remove its data, releases, backups and logs."""
    from tasks.hosting_site import remove_site

    site, _ = deploying.known(name, data_dir)
    if confirm != site.name:
        raise ProjectError.bad_input(
            f"Removing {site.name} loses all its data and backups.",
            hint=f"Confirm it: --confirm {site.name}",
        )
    remove_site(site)
    show.console().print(f"{site.name} is gone.")
    return 0
