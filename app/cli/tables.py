"""Plans, estimates and reports of a generation as tables for people."""

from collections.abc import Sequence

from rich.table import Table

from app.cli.show import console, plain
from stackwright.generation.estimate import Amount, Estimate
from stackwright.generation.notes import notes
from stackwright.generation.plan import Action, Plan
from stackwright.generation.request import GenerationReport

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


def plan(planned: Plan, *, everything: bool = False) -> None:
    """A plan on one screen: counts by part and action, then the files that change."""
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
        reason = f"  [dim]{plain(file.reason)}[/]" if file.reason else ""
        out.print(f"[{colour}]{mark} {file.action.value:<8}[/] {plain(file.path)}{reason}")
    if not everything and len(shown) > _LISTED:
        out.print(f"[dim]… and {len(shown) - _LISTED} more (--all shows them)[/]")
    if fresh and not everything:
        out.print(f"[dim]All {len(planned.files)} files are new (--all lists them).[/]")
    elif planned.changes_nothing:
        out.print("Nothing to do.")
    _notes(notes(planned))


def estimate(estimated: Estimate) -> None:
    """An estimate as a table with its duration and risk."""
    out = console()
    table = Table(box=None, pad_edge=False)
    table.add_column("kind")
    for name in ("files", "lines", "tests", "kB"):
        table.add_column(name, justify="right")
    for kind, amount in estimated.by_kind.items():
        table.add_row(kind, *_figures(amount))
    table.add_row("total", *_figures(estimated.total), style="bold")
    out.print(
        f"{plain(estimated.project)}: {estimated.entities} entities, {estimated.fields} fields, "
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
        f"risk   {estimated.risk}" + "".join(f"\n       {plain(r)}" for r in estimated.risk_reasons)
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
        f"{plain(receipt.out)} has {receipt.files} files, {receipt.lines} lines, {receipt.tests} tests"
    )
    for path, reason in list(receipt.kept.items())[:_LISTED]:
        out.print(f"[cyan]= kept[/]     {plain(path)}  [dim]{plain(reason)}[/]")
    _notes(done.notes)


def _notes(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        console().print(f"[yellow]![/] {plain(sentence)}")


def _figures(amount: Amount) -> Sequence[str]:
    return (
        f"{amount.files}",
        f"{amount.lines}",
        f"{amount.tests}",
        f"{amount.size_bytes / 1000:.0f}",
    )
