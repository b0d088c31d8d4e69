"""`stackwright verify`: prove a generated project with its own tools."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import show
from stackwright.generation.config import Platform

if TYPE_CHECKING:
    from stackwright.generation.quality import Figures, Outcome, QualityReport

_MARKS = {"ok": "[green]ok     [/]", "failed": "[red]failed [/]", "skipped": "[yellow]skipped[/]"}


def verify(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of a generated project.")
    ],
    *,
    only: Annotated[str, typer.Option(metavar="LIST", help="Only these: backend, frontend.")] = "",
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Leave out what takes longest: builds, PostgreSQL and live checks."
        ),
    ] = False,
    fuzz: Annotated[
        bool, typer.Option("--fuzz", help="Also send inputs invented from the OpenAPI document.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer as JSON on standard output.")
    ] = False,
) -> int:
    """Prove a generated project with its own formatters, linters, type checkers, tests, migrations and builds."""
    from app.cli.progress import Watching
    from flows.stories.verification import verify_locally
    from stackwright.generation.checks import Choice

    choice = Choice(only=_platforms(only), quick=quick, fuzz=fuzz)
    with Watching(quiet=as_json) as watching:
        report = verify_locally(folder, choice, watching.message)
    if as_json:
        show.as_json(report.model_dump(mode="json"))
    else:
        show_quality(report)
    return 0 if report.ok else 1


def _platforms(text: str) -> tuple[Platform, ...]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in names if name not in list(Platform)]
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(unknown)} is no platform; there are {', '.join(Platform)}.",
            param_hint="--only",
        )
    return tuple(Platform(name) for name in dict.fromkeys(names))


def show_quality(report: "QualityReport") -> None:
    """Every check with its remark, then what failed, then the figures."""
    from rich.markup import escape

    out = show.console()
    for outcome in report.outcomes:
        out.print(
            f"{_MARKS[outcome.state]} {outcome.platform:<9} {escape(outcome.title):<25} "
            f"{outcome.seconds:6.1f} s  {escape(_remark(outcome))}"
        )
    out.print()
    for outcome in report.failures:
        out.print(
            f"[bold red]{outcome.platform} {escape(outcome.title)}[/]: {escape(outcome.cause)}"
        )
        for line in (*(problem.sentence() for problem in outcome.problems), *outcome.lines):
            out.print(f"  {escape(line)}")
        if outcome.further:
            out.print(f"  [dim]… and {outcome.further} more[/]")
        if outcome.hint:
            out.print(f"  [dim]hint:[/] {escape(outcome.hint)}")
    for platform, figures in report.figures.items():
        out.print(f"{platform:<9} {escape(_figures(figures))}")
    failed = len(report.failures)
    word = "[bold green]ok[/]" if report.ok else f"[bold red]{failed} failed[/]"
    out.print(f"{word} {escape(report.project)} in {report.seconds:.0f} s")


def _remark(outcome: "Outcome") -> str:
    figures = outcome.figures
    if outcome.state != "ok":
        return outcome.cause
    parts = [outcome.cause] if outcome.cause else []
    if figures.tests is not None:
        parts.append(f"{figures.tests} tests")
    if figures.coverage_percent is not None:
        parts.append(f"{figures.coverage_percent:.0f} % of lines")
    if figures.bundle_gzip_bytes is not None:
        parts.append(f"{figures.bundle_gzip_bytes / 1000:.0f} kB gzipped")
    return ", ".join(parts) or outcome.proves


def _figures(figures: "Figures") -> str:
    parts = [f"{figures.files or 0} files", f"{figures.lines or 0} lines"]
    if figures.tests is not None:
        parts.append(f"{figures.tests} tests")
    if figures.coverage_percent is not None:
        parts.append(f"{figures.coverage_percent:.1f} % covered")
    if figures.complexity_mean is not None:
        parts.append(
            f"complexity {figures.complexity_mean} (worst {figures.complexity_max}: {figures.complexity_where})"
        )
    if figures.bundle_bytes is not None and figures.bundle_gzip_bytes is not None:
        parts.append(
            f"bundle {figures.bundle_bytes / 1000:.0f} kB, {figures.bundle_gzip_bytes / 1000:.0f} kB gzipped"
        )
    return ", ".join(parts)
