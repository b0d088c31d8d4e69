"""Tools of others that check what we make: each runs in an environment of its own, kept between runs."""

from pathlib import Path

UV = Path(__file__).parents[2] / ".venv/bin/uv"


def tool(command: str, package: str, *more: str) -> list[str]:
    """How a command of a package is called: `tool("cfn-lint", "cfn-lint==1.41.0")`.

    Args:
        command: The name of the command.
        package: The package that has it, with its version.
        more: Packages that must be there beside it, with their versions.
    """
    beside = [part for one in more for part in ("--with", one)]
    return [str(UV), "tool", "run", "--from", package, *beside, command]
