"""The part of the demo that deploys: a first release, a change under load, one that is broken, and back by hand."""

import getpass
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.road import LocalRoad, at_once
from flows.stories.deployment import deploy, make_ready
from flows.stories.generation import generate_locally
from flows.stories.orders import Order
from stackwright.deployment.approval import approve
from stackwright.deployment.config import Deployment
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.outcome import Outcome
from stackwright.generation.request import GenerateRequest
from tasks import hosting, hosting_site
from tasks.hosting_history import now

if TYPE_CHECKING:
    from stackwright.deployment.events import Event

NAME = "bookshop"
FIELD = "      subtitle: {type: string, max_length: 200, searchable: true}\n"
ADDED = FIELD + "      shelf_note: {type: string, max_length: 200}\n"
BROKEN = '\nraise RuntimeError("This release is broken on purpose.")\n'


def walk(model: Path, folder: Path, port: int) -> dict[str, Any]:
    """Walk the road of four releases; what serves in the end goes on serving.

    Args:
        model: The example; it is changed in a copy.
        folder: Where the copies and the host live.
        port: Where people reach the site.

    Returns:
        Whether all went as it should, and the figures of the switches and of the rollback.

    Raises:
        ProjectError: A project cannot be generated or equipped.
    """
    began = time.monotonic()
    site = Site(root=folder / "host", name=f"{NAME}-staging", port=port)
    hosting_site.remove_site(site)
    copy, project = folder / "deployed.stackwright.yaml", folder / "deployed"
    shutil.rmtree(project, ignore_errors=True)
    text = model.read_text("utf-8")
    _generate(text, copy, project)
    first = _release(site, project)
    _generate(text.replace(FIELD, ADDED), copy, project)
    second = _release(site, project)
    main = project / "backend" / "app" / "main.py"
    whole = main.read_text("utf-8")
    main.write_text(whole + BROKEN, "utf-8")
    third = _release(site, project)
    main.write_text(whole, "utf-8")
    back = _release(site, None, restores=1)
    return {
        "ok": (
            [first.serves, second.serves, third.serves, back.serves] == [1, 2, 2, 4]
            and third.took_back
            and not _dropped(second)
            and not _dropped(back)
        ),
        "url": site.url,
        "seconds": round(time.monotonic() - began, 1),
        "switch": _figures(second),
        "taken_back": {"by_itself": third.took_back, "why": third.why.splitlines()[0]},
        "rollback": _figures(back),
    }


def end(folder: Path) -> None:
    """End what was deployed; its data stay."""
    hosting.end_host(folder / "host")


def _generate(text: str, model: Path, out: Path) -> None:
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_text(text, "utf-8")
    generate_locally(GenerateRequest(model=str(model), out=str(out)), lambda _: None)


def _release(site: Site, source: Path | None, restores: int | None = None) -> Outcome:
    order = Order(
        deployment=Deployment(name=NAME),
        site=site,
        source=source,
        restores=restores,
        settings="staging",
    )
    road = LocalRoad()
    ready = at_once(make_ready(order, road))
    print(f"{ready.plan.title}: {len(ready.plan.steps)} steps", file=sys.stderr)
    approved = approve(ready.plan, ready.plan.digest, getpass.getuser(), now())
    return at_once(deploy(ready, approved, road, _say))


def _say(event: "Event") -> None:
    if event.type != "started":
        mark = {"done": "✓", "failed": "✗"}.get(event.type, "·")
        print(f"  {mark} {event.message.splitlines()[0]}", file=sys.stderr)


def _dropped(outcome: Outcome) -> int:
    return outcome.figures.dropped if outcome.figures else 0


def _figures(outcome: Outcome) -> dict[str, Any]:
    figures = outcome.figures
    if figures is None:
        return {}
    return {"requests": figures.requests, "dropped": figures.dropped, "p99_ms": figures.p99_ms}
