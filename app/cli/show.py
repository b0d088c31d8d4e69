"""How answers and errors look on a terminal: findings for people, JSON for programs."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stackwright.errors import Finding, ProjectError

if TYPE_CHECKING:
    from rich.console import Console


def console(*, errors: bool = False) -> "Console":
    """A console on standard output or standard error that honours NO_COLOR and pipes."""
    from rich.console import Console

    return Console(stderr=errors, highlight=False, soft_wrap=True, emoji=False)


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
    out.print(f"[bold red]error[/]: {plain(error.message)}")
    if error.hint:
        out.print(f"  [dim]hint:[/] {plain(error.hint)}")


def warning(text: str) -> None:
    """A sentence on standard error."""
    console(errors=True).print(f"[bold yellow]warning[/]: {plain(text)}")


def findings(found: Iterable[Finding]) -> None:
    """Findings on standard error, in the order of their lines, places that editors can open."""
    out = console(errors=True)
    for finding in sorted(found, key=lambda f: (f.file, f.line, f.column)):
        place = f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file
        colour = "red" if finding.level == "error" else "yellow"
        out.print(f"[bold]{plain(place)}[/] [{colour}]{finding.level}[/] {plain(finding.message)}")
        details = f"  [dim]at[/] {plain(finding.where)}" if finding.where else ""
        if finding.hint:
            details += f"  [dim]hint:[/] {plain(finding.hint)}"
        if details:
            out.print(details)


def plain(text: str) -> str:
    """The text without a meaning for the terminal's markup."""
    from rich.markup import escape

    return escape(text)
