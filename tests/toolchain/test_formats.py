"""What is generated is exactly what the formatters would leave, for any name and any text."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.generation.config import Config, Database, Style
from stackwright.generation.render import render_project
from tasks import commands
from tasks.workbench import Bench
from tests.toolchain.conftest import EVERYTHING, EXAMPLES, read_example, write
from tests.toolchain.random_models import invent

pytestmark = [pytest.mark.toolchain, pytest.mark.slow]

SEEDS = range(400) if EVERYTHING else range(24)
AT_MOST = 0.015  # of the files of invented models; of the examples not one
DATABASES = list(Database)
STYLES = list(Style)


def invented() -> dict[str, Project]:
    """Those of the invented models that the language accepts (a few names are reserved words)."""
    found = {}
    for seed in SEEDS:
        project, _ = parse(
            yaml.safe_dump(invent(seed), sort_keys=False, allow_unicode=True), "fuzz"
        )
        if project is not None:
            found[f"fuzz-{seed}"] = project
    assert len(found) > len(SEEDS) * 0.8
    return found


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example in its style (in every one when all is wanted), and the invented models by turns."""
    folder = tmp_path_factory.mktemp("rendered")
    examples = {path.name.partition(".")[0]: read_example(path) for path in EXAMPLES}
    for number, (name, project) in enumerate(examples.items()):
        for style in STYLES if EVERYTHING else STYLES[number % 3 :][:1]:
            write(render_project(project, Config(style=style)), folder / f"{name}-{style}")
    for number, (name, project) in enumerate(invented().items()):
        style, database = STYLES[number % 3], DATABASES[number // 3 % 3]
        write(render_project(project, Config(style=style, database=database)), folder / name)
    return folder


def test_ruff_finds_nothing_to_format_or_mend(rendered: Path, bench: Bench) -> None:
    ruff = f"{bench.places.python}/ruff"
    for words in (["format", "--check"], ["check", "--no-fix", "--output-format=concise"]):
        examples, invented = (folders(rendered, "backend", is_invented=i) for i in (False, True))
        code, text = run([ruff, *words, "--no-cache", *examples], rendered)
        assert not code, text
        _, text = run([ruff, *words, "--no-cache", *invented], rendered)
        found = named(text, "backend")
        assert len(found) <= few(invented), "\n".join(sorted(found))


def test_prettier_finds_nothing_to_format(rendered: Path, bench: Bench) -> None:
    ignored = rendered / ".prettierignore"
    ignored.write_text("package-lock.json\nnode_modules\n", encoding="utf-8")
    link = rendered / "node_modules"
    if not link.exists():
        link.symlink_to(Path(bench.places.modules).parent)
    invented = folders(rendered, "frontend", is_invented=True)
    allowed = few(invented)
    drop_what_is_there_twice(rendered)
    options = ["--check", "--log-level=warn", "--ignore-unknown", "*/frontend/**"]
    words = [f"{bench.places.modules}/prettier", *options]
    code, text = run(words, rendered, Path(bench.places.node))
    link.unlink()
    found = named(text, "frontend")
    assert code == 0 or found, text
    assert not [path for path in found if not path.startswith("fuzz-")], text
    assert len(found) <= allowed, "\n".join(sorted(found))


def drop_what_is_there_twice(rendered: Path) -> None:
    """Leave one of all files of the same name and content: most of a front end is the same everywhere."""
    seen: set[tuple[str, bytes]] = set()
    for path in sorted(rendered.glob("*/frontend/src/**/*")):
        if path.is_file():
            it = path.relative_to(rendered).as_posix().partition("/")[2], path.read_bytes()
            if it in seen:
                path.unlink()
            seen.add(it)


def folders(rendered: Path, platform: str, *, is_invented: bool) -> list[str]:
    """The folders of this platform below the examples, or below the invented models."""
    found = sorted(
        str(path)
        for path in rendered.glob(f"*/{platform}")
        if path.parent.name.startswith("fuzz-") == is_invented
    )
    assert found
    return found


def named(text: str, platform: str) -> set[str]:
    """The files that a tool names in what it says."""
    return set(re.findall(rf"([\w-]+/{platform}/[^\s:]+)", text))


def few(among: list[str]) -> float:
    """Names of 40 characters and more still leave a few files that a formatter would touch: never more than these."""
    return AT_MOST * sum(
        1 for folder in among for path in Path(folder).rglob("*") if path.is_file()
    )


def test_the_check_notices_what_is_not_formatted(tmp_path: Path, bench: Bench) -> None:
    project = read_example(EXAMPLES[0])
    write(render_project(project, Config()), tmp_path)
    page = min((tmp_path / "frontend" / "src").rglob("*.tsx"))
    page.write_text(page.read_text(encoding="utf-8").replace(";\n", " ;\n", 1), encoding="utf-8")
    words = [f"{bench.places.modules}/prettier", "--check", str(page)]
    assert run(words, tmp_path, Path(bench.places.node))[0] == 1
    module = min((tmp_path / "backend" / "app").rglob("*.py"), key=lambda p: -p.stat().st_size)
    module.write_text(module.read_text(encoding="utf-8") + "x  = 1\n", encoding="utf-8")
    ruff = f"{bench.places.python}/ruff"
    assert run([ruff, "format", "--check", "--no-cache", str(module)], tmp_path)[0] == 1


def run(words: list[str], folder: Path, *path: Path) -> tuple[int | None, str]:
    env = commands.environment({}, folders=path)
    ran = commands.run(words, folder=folder, env=env, timeout_s=600)
    return ran.code, ran.output


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    project = read_example(EXAMPLES[-1])
    first = render_project(project, Config(), tmp_path)
    shutil.rmtree(tmp_path)
    assert first == render_project(project, Config(), tmp_path)
