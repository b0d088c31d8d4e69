"""The whole road on the example: `python -m app.cli.demo`. Serves, generates, verifies, deploys, says how it was."""

import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import show
from app.cli.progress import Watching
from app.cli.serve import PORT, RUNS, WEB_PORT, show_web
from app.installation.ending import until_told
from stackwright.errors import ProjectError
from stackwright.generation.request import GenerateRequest

if TYPE_CHECKING:
    from app.runs import Run
    from stackwright.generation.quality import QualityReport
    from stackwright.generation.request import GenerationReport

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "bookshop.stackwright.yaml"
HOST, SITE_PORT = "127.0.0.1", 8080
FOLDER = ROOT / "build" / "demo"  # services and the product
FIGURES = ROOT / "build" / "demo.json"


def main() -> None:
    """Walk the road and end the process with what came of it: 0 all is well, 1 it is not."""
    try:
        sys.exit(until_told(_demo(once=bool(os.environ.get("ONCE")))))
    except ProjectError as error:
        show.failure(error, as_json=False)
        sys.exit(error.exit_code)


async def _demo(*, once: bool) -> int:
    from app import runs
    from app.cli import demo_deployment
    from app.installation.running import port_to_serve, running

    began, out = time.monotonic(), (FOLDER / EXAMPLE.name.partition(".")[0])
    shutil.rmtree(out, ignore_errors=True)
    print("Starting PostgreSQL, Prefect, the worker and the web application …", file=sys.stderr)
    port, web_port = port_to_serve(HOST, PORT), port_to_serve(HOST, WEB_PORT)
    async with running(HOST, port, FOLDER / "data", RUNS, web_port) as installation:
        addresses = installation.addresses
        started_s = time.monotonic() - began
        with runs.on(addresses.prefect):
            request = GenerateRequest(model=str(EXAMPLE), out=str(out), verify=True)
            run = await runs.start(runs.GENERATE, request.model_dump(mode="json"))
            print(f"Follow it in the browser: {runs.page(run)}", file=sys.stderr)
            with Watching(quiet=False) as watching:
                async for message in runs.follow(run):
                    watching.message(message)
            ended, quality = await runs.look(run), await runs.quality(run)
            report = await runs.report(run)
            page = runs.page(run)
        print("Deploying it on this machine …", file=sys.stderr)
        deployed = await asyncio.to_thread(
            demo_deployment.walk, EXAMPLE, FOLDER / "data", port_to_serve(HOST, SITE_PORT)
        )
        figures = _figures(ended, report, quality, started_s, time.monotonic() - began)
        figures = {**figures, "ok": figures["ok"] and deployed["ok"], "deployment": deployed}
        await asyncio.to_thread(_keep, {**figures, "page": page})
        _show(ended, report, quality, figures)
        console = show.console()
        console.print(f"  runs      {page}")
        console.print(f"  product   {out}")
        switch = deployed["switch"]
        console.print(
            f"  deployed  {deployed['url']}: {switch.get('requests', 0)} requests during the switch "
            f"to a changed model, {switch.get('dropped', 0)} dropped, 99 % within {switch.get('p99_ms', 0):.0f} ms; "
            "a broken release taken back by itself, then back to the first by hand"
        )
        console.print(f"  figures   {FIGURES}")
        console.print(f"  logs      {addresses.log}")
        if once:
            await asyncio.to_thread(demo_deployment.end, FOLDER / "data")
            return 0 if figures["ok"] else 1
        show_web(console, installation)
        console.print("Ctrl-C stops everything.")
        raise await installation.kept(show.warning)


def _figures(
    run: "Run",
    report: "GenerationReport | None",
    quality: "QualityReport | None",
    started_s: float,
    seconds: float,
) -> dict[str, Any]:
    """What the demo found, for programs: the road is ok when the run is, and something was checked."""
    steps = {step.name: step.seconds for step in report.steps} if report else {}
    checked = {"verify": quality.seconds} if quality else {}
    platforms = (
        {str(name): found.model_dump() for name, found in quality.figures.items()}
        if quality
        else {}
    )
    return {
        "ok": bool(run.succeeded and report and quality and quality.ok),
        "state": run.state,
        "seconds": {
            "start": round(started_s, 2),
            **steps,
            **checked,
            "together": round(seconds, 2),
        },
        "files": report.receipt.files if report else 0,
        "lines": report.receipt.lines if report else 0,
        "tests": report.receipt.tests if report else 0,
        "size_bytes": report.receipt.size_bytes if report else 0,
        "platforms": platforms,
        "checks": [
            {"check": one.id, "state": one.state, "seconds": one.seconds, "cause": one.cause}
            for one in (quality.outcomes if quality else ())
        ],
    }


def _keep(figures: dict[str, Any]) -> None:
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def _show(
    run: "Run",
    report: "GenerationReport | None",
    quality: "QualityReport | None",
    figures: dict[str, Any],
) -> None:
    from app.cli import tables
    from app.cli.verify import show_quality

    console = show.console()
    if report:
        tables.report(report)
    if quality:
        show_quality(quality)
    if not run.succeeded:
        console.print(f"[bold red]{run.state}[/]")
        console.print(run.message, markup=False)
    took = ", ".join(f"{name} {seconds:.1f}" for name, seconds in figures["seconds"].items())
    console.print(f"  seconds   {took}")


if __name__ == "__main__":
    main()
