"""All commands in one place, and the one way in which they fail."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from app.cli import credentials, deploy, doctor, generation, rehearse, serve, show, verify
from stackwright import __version__
from stackwright.errors import ProjectError


class _Stoppable(TyperGroup):
    """The commands, where Ctrl-C fails like everything else: by itself the library answers 130."""

    def invoke(self, ctx: Any) -> Any:
        """What the command returns."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            raise typer.Abort from stopped


app = typer.Typer(
    name="stackwright",
    cls=_Stoppable,
    help="From a domain model to a whole product that keeps running.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(generation.validate)
app.command()(generation.plan)
app.command()(generation.estimate)
app.command()(generation.generate)
app.command()(generation.schema)
app.command()(verify.verify)
app.command()(doctor.doctor)
app.command()(serve.serve)
deploy.deploy.command()(rehearse.rehearse)
app.add_typer(deploy.deploy)
app.add_typer(credentials.credentials)


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version and end.")
    ] = False,
) -> None:
    """From a domain model to a whole product that keeps running."""
    if version:
        print(f"stackwright {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line and return its exit code: 0 ok, 1 failed, 2 bad input."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = app(words, standalone_mode=False)
        sys.stdout.flush()
    except ProjectError as error:
        show.failure(error, as_json="--json" in words)
        return error.exit_code
    except TyperException as error:
        if "--json" in words:
            print(json.dumps({"error": {"message": _said(error)}}))
        else:
            print(f"error: {_said(error)}", file=sys.stderr)
            print("  hint: --help shows what a command takes.", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("Stopped. What was written before is whole.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        _give_up_output()
        return 1
    except OSError as error:  # such as a full disk behind `>`; the work itself says ProjectError
        _give_up_output()
        what = error.filename or "The answer could not be written"
        with suppress(OSError):
            print(f"error: {what}: {error.strerror}.", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


def _said(error: TyperException) -> str:
    """What the parser of options says, without the words of the library behind it."""
    return error.format_message().replace("Value error, ", "")


def _give_up_output() -> None:
    """Let nothing more be written to standard output: its reader is gone, and Python flushes at exit."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
