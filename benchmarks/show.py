"""Figures as a table."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.budgets import Figure


def show(figures: Sequence[Figure]) -> None:
    """Print them, each with its target."""
    table = Table(box=None, pad_edge=False)
    for name, side in (
        ("figure", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("target", "left"),
    ):
        table.add_column(name, justify="right" if side == "right" else "left")
    for figure in figures:
        sign = "≤" if figure.better == "lower" else "≥"
        target = "" if figure.target is None else f"{sign} {figure.target:g}"
        word = "" if figure.target is None else " ok" if figure.ok else " MISSED"
        style = "" if figure.ok else "bold red"
        table.add_row(figure.name, f"{figure.value:g}", figure.unit, target + word, style=style)
    Console(width=120).print(table)
