"""How answers look on a terminal: tables and findings for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from stackwright.errors import Finding, ProjectError
from stackwright.generation.estimate import Amount, Estimate
from stackwright.generation.plan import Action, Plan
from stackwright.generation.request import GenerationReport

if TYPE_CHECKING:
    from rich.console import Console

_MARKS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.MERGE: ("m", "yellow"),
    Action.CONFLICT: ("!", "red"),
    Action.DELETE: ("-", "red"),
    Action.KEPT: ("=", "cyan"),
    Action.UNCHANGED: (" ", "dim"),
}
_LISTED = 40  # paths a plan lists before it counts


def console(*, errors: bool = False) -> "Console":
    """A console on standard output or standard error that honours NO_COLOR and pipes."""
    from rich.console import Console

    return Console(stderr=errors, highlight=False, soft_wrap=True)


def as_json(data: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def failure(error: ProjectError, *, as_json: bool) -> None:
    """An error with its findings: sentences on standard error, or JSON on standard output."""
    if as_json:
        document = {
            "message": error.message,
            "hint": error.hint,
            "findings": [finding.model_dump() for finding in error.findings],
        }
        print(json.dumps({"error": document}, indent=2, ensure_ascii=False))
        return
    findings(error.findings)
    out = console(errors=True)
    out.print(f"[bold red]error[/]: {_plain(error.message)}")
    if error.hint:
        out.print(f"  [dim]hint:[/] {_plain(error.hint)}")


def findings(found: Iterable[Finding]) -> None:
    """Findings on standard error, in the order of their lines, places that editors can open."""
    out = console(errors=True)
    for finding in sorted(found, key=lambda f: (f.file, f.line, f.column)):
        place = f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file
        colour = "red" if finding.level == "error" else "yellow"
        out.print(
            f"[bold]{_plain(place)}[/] [{colour}]{finding.level}[/] {_plain(finding.message)}"
        )
        details = f"  [dim]at[/] {_plain(finding.where)}" if finding.where else ""
        if finding.hint:
            details += f"  [dim]hint:[/] {_plain(finding.hint)}"
        if details:
            out.print(details)


def plan(planned: Plan, *, everything: bool = False) -> None:
    """A plan on one screen: counts by part and action, then the files that change."""
    from rich.table import Table

    out = console()
    actions = [action for action in Action if planned.having(action)]
    table = Table(box=None, pad_edge=False)
    table.add_column("part")
    for action in actions:
        table.add_column(action.value, justify="right", style=_MARKS[action][1])
    for pack in sorted({file.pack for file in planned.files}):
        own = [file.action for file in planned.files if file.pack == pack]
        table.add_row(pack, *(str(own.count(action)) for action in actions))
    out.print(table)
    out.print()
    fresh = set(actions) == {Action.CREATE}
    shown = (
        [f for f in planned.files if f.action is not Action.UNCHANGED]
        if not fresh or everything
        else []
    )
    for file in shown if everything else shown[:_LISTED]:
        mark, colour = _MARKS[file.action]
        reason = f"  [dim]{_plain(file.reason)}[/]" if file.reason else ""
        out.print(f"[{colour}]{mark} {file.action.value:<8}[/] {_plain(file.path)}{reason}")
    if not everything and len(shown) > _LISTED:
        out.print(f"[dim]… and {len(shown) - _LISTED} more (--all shows them)[/]")
    if fresh and not everything:
        out.print(f"[dim]All {len(planned.files)} files are new (--all lists them).[/]")
    elif planned.changes_nothing:
        out.print("Nothing to do.")


def estimate(estimated: Estimate) -> None:
    """An estimate as a table with its duration and risk."""
    from rich.table import Table

    out = console()
    table = Table(box=None, pad_edge=False)
    table.add_column("kind")
    for name in ("files", "lines", "tests", "kB"):
        table.add_column(name, justify="right")
    for kind, amount in estimated.by_kind.items():
        table.add_row(kind, *_figures(amount))
    table.add_row("total", *_figures(estimated.total), style="bold")
    out.print(
        f"{_plain(estimated.project)}: {estimated.entities} entities, {estimated.fields} fields, "
        f"{estimated.relations} relations\n"
    )
    out.print(table)
    out.print()
    duration = estimated.duration
    if duration is None:
        out.print("time   not known yet: nothing was generated on this machine so far")
    else:
        out.print(
            f"time   {duration.seconds:.2f} s, between {duration.low_seconds:.2f} and {duration.high_seconds:.2f} s "
            f"by {duration.runs} earlier runs"
        )
    out.print(
        f"risk   {estimated.risk}"
        + "".join(f"\n       {_plain(r)}" for r in estimated.risk_reasons)
    )


def report(done: GenerationReport) -> None:
    """What a generation did."""
    out, receipt = console(), done.receipt
    changes = [
        f"{len(paths)} {word}"
        for word, paths in (
            ("created", receipt.created),
            ("updated", receipt.updated),
            ("deleted", receipt.deleted),
            ("kept", receipt.kept),
        )
        if paths
    ]
    out.print(
        f"[bold green]done[/] in {done.seconds:.2f} s: {', '.join(changes) or 'nothing to change'}, "
        f"{receipt.unchanged} unchanged"
    )
    out.print(
        f"{_plain(receipt.out)} has {receipt.files} files, {receipt.lines} lines, {receipt.tests} tests"
    )
    for path in receipt.kept[:_LISTED]:
        out.print(f"[cyan]= kept[/]     {_plain(path)}")


def _figures(amount: Amount) -> Sequence[str]:
    return (
        f"{amount.files}",
        f"{amount.lines}",
        f"{amount.tests}",
        f"{amount.size_bytes / 1000:.0f}",
    )


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
