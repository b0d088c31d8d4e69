"""The house rules that a machine can check (ARCHITECTURE.md, invariants)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("app", "flows", "tasks", "blocks", "stackwright")
SHARED = {"domain", "rendering", "errors", "value"}
ABOVE = {"runs"}  # shows what the features do; none of them knows it (an import contract)
MAX_LINES = 400
MAX_LINES_OF_TESTS = 500  # tables of cases are one subject
BANNED_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}
SLOW_LIBRARIES = ("prefect", "fastapi", "sqlalchemy", "httpx", "radon", "uvicorn", "starlette")

IMPURE = re.compile(
    r"(^|\.)(now|utcnow|today|uuid1|uuid4|urandom|getenv)$|^random\.(?!Random$)|^time\.\w*time"
)


def sources(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if "node_modules" not in path.parts]  # those are not ours


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_import_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_features_do_not_know_each_other() -> None:
    graph = grimp.build_graph("stackwright", exclude_type_checking_imports=True)
    features = {
        name
        for path in (ROOT / "stackwright").iterdir()
        if (name := path.stem) not in {*SHARED, *ABOVE} and name[0] != "_"
    }
    crossings = [
        f"{module} imports {imported}"
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if (mine := module.split(".")[1:2]) != (other := imported.split(".")[1:2])
        and {*mine} <= features
        and {*other} <= features
        and mine
        and other
    ]
    assert features
    assert not crossings


def test_a_file_holds_one_subject() -> None:
    files = sources(*COLUMNS, "benchmarks", "tests")
    limits = {path: MAX_LINES_OF_TESTS if "tests" in path.parts else MAX_LINES for path in files}
    long = [relative(p) for p, limit in limits.items() if p.read_text("utf-8").count("\n") > limit]
    assert not long
    assert not [relative(path) for path in files if path.stem in BANNED_NAMES]


def test_decisions_know_neither_clock_nor_chance_nor_environment() -> None:
    found = [
        f"{relative(path)}:{line}: {what}"
        for path in sources("stackwright")
        for line, what in impurities(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.now()",
        "import random\nrandom.choice([1])",
        "import random\nrandom.Random()",
        "import uuid\nuuid.uuid4()",
        "import os\nos.environ['HOME']",
        "from random import shuffle",
    ],
)
def test_the_purity_rule_notices(code: str) -> None:
    assert list(impurities(ast.parse(code)))


def impurities(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and expression of everything whose answer differs from run to run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            seeded = bool(node.args or node.keywords)
            if IMPURE.search(called) or (called.endswith("Random") and not seeded):
                yield node.lineno, called
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ":
            yield node.lineno, "os.environ"
        elif isinstance(node, ast.ImportFrom) and node.module == "random":
            names = [alias.name for alias in node.names if alias.name != "Random"]
            if names:
                yield node.lineno, f"from random import {', '.join(names)}"


@pytest.mark.parametrize("command", ["validate", "estimate", "generate", "plan"])
def test_local_commands_never_load_the_orchestrator(command: str, tmp_path: Path) -> None:
    model = min((ROOT / "examples").glob("*.stackwright.yaml"))
    out = [] if command == "validate" else ["--out", str(tmp_path / "out")]
    program = (
        "import sys\n"
        "from app.cli.commands import run\n"
        "code = run(sys.argv[1:])\n"
        f"loaded = [name for name in {SLOW_LIBRARIES!r} if name in sys.modules]\n"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)\n"
    )
    words = [sys.executable, "-c", program, command, str(model), *out]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_that_is_kept_names_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    homes = re.compile(rb"(?<![\w.])/(root|home/\w+|Users/\w+|work/main)/")
    named = [
        name
        for name in listed.stdout.split("\0")
        if name
        and (ROOT / name).is_file()
        and name != relative(Path(__file__))
        and homes.search((ROOT / name).read_bytes())
    ]
    assert not named
