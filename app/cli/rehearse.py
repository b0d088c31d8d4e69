"""`stackwright deploy rehearse`: a whole deployment, a failure and the way back, before any cloud is touched."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import show
from app.cli.chosen import chosen

if TYPE_CHECKING:
    from stackwright.deployment.config import Deployment
    from stackwright.deployment.events import Event
    from stackwright.deployment.rehearsal.report import Report, Stage


def rehearse(
    project: Annotated[
        Path,
        typer.Argument(metavar="PROJECT", help="The folder of a project, or a deployment's file."),
    ],
    *,
    target: Annotated[
        str,
        typer.Option(
            help="aws, gcp, azure or digitalocean; none: what the deployment's file says."
        ),
    ] = "",
    environment: Annotated[
        str, typer.Option(help="staging or production; none: what the file says, or staging.")
    ] = "",
    fail: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="The resource that fails; none: what the product runs in."
        ),
    ] = "",
    delay: Annotated[
        float, typer.Option(min=0, max=60, help="Seconds that each change takes.")
    ] = 0.02,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep Terraform's folder there.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with JSON.")] = False,
) -> int:
    """Rehearse a deployment to a cloud: everything comes up, a release fails and is taken back."""
    deployment = chosen(project, target, environment, "rehearsed")
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        report = _carry_out(deployment, keep or Path(folder), fail, delay, as_json=as_json)
    if as_json:
        show.as_json({"is_good": report.is_good, **report.model_dump(mode="json")})
    else:
        colour = "green" if report.is_good else "red"
        services = ", ".join(f"{name} {count}" for name, count in report.services.items())
        show.console().print(f"Made with {report.engine}: {services}.")
        show.console().print(f"[{colour}]{show.plain(report.sentence)}[/]")
    return int(not report.is_good)


def _carry_out(
    deployment: "Deployment", folder: Path, fail: str, delay_s: float, *, as_json: bool
) -> "Report":
    from flows.road import LocalRoad, at_once
    from flows.stories import rehearsal
    from tasks.terraform_folder import Place

    order = rehearsal.RehearsalOrder(
        deployment=deployment,
        place=Place(folder=folder.expanduser().absolute(), rehearses=True),
        fails_at=fail,
        delay_s=delay_s,
    )
    watcher = rehearsal.Unwatched() if as_json else _Shown(deployment)
    return at_once(rehearsal.rehearse(order, LocalRoad(), watcher))


class _Shown:
    """Shows each resource as it comes up, fails or goes back."""

    def __init__(self, deployment: "Deployment") -> None:
        self._out = show.console()
        where = f"{deployment.name} on {deployment.cloud.target} ({deployment.setting.environment})"
        self._out.print(f"[bold]Rehearsing {show.plain(where)}[/]: no cloud is touched.")

    def begins(self, stage: str) -> None:
        """A headline."""
        self._out.print(f"[bold]{stage}[/]")

    def hears(self, event: "Event") -> None:
        """A line for each resource that is done or failed; why it failed comes with a second event."""
        mark = {"done": "[green]✓[/]", "failed": "[red]✗[/]"}.get(event.type, "")
        quiet = not event.address or event.address.startswith("data.")
        if not mark or quiet or (event.type == "failed" and not event.message):
            return
        took = f" [dim]{event.elapsed_s:.0f} s[/]" if event.elapsed_s else ""
        what = show.plain(event.message or event.action)
        self._out.print(f"  {mark} {show.plain(event.address)} [dim]{what}[/]{took}")

    def ends(self, stage: "Stage") -> None:
        """What came of it."""
        mark = "[green]✓[/]" if stage.good else "[red]✗[/]"
        self._out.print(f"  {mark} {show.plain(stage.sentence)} [dim]{stage.seconds:.1f} s[/]")
