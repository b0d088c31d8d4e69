"""What is generated is exactly what the formatters would leave, for any name and any text."""

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

SEEDS = range(400) if EVERYTHING else range(40)
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
    """Every example in every style, and the invented models in styles and databases by turns."""
    folder = tmp_path_factory.mktemp("rendered")
    examples = {path.name.partition(".")[0]: read_example(path) for path in EXAMPLES}
    for name, project in examples.items():
        for style in STYLES:
            write(render_project(project, Config(style=style)), folder / f"{name}-{style}")
    for number, (name, project) in enumerate(invented().items()):
        style, database = STYLES[number % 3], DATABASES[number // 3 % 3]
        write(render_project(project, Config(style=style, database=database)), folder / name)
    return folder


def test_ruff_finds_nothing_to_format_or_mend(rendered: Path, bench: Bench) -> None:
    ruff = f"{bench.places.python}/ruff"
    folders = sorted(str(path) for path in rendered.glob("*/backend"))
    assert len(folders) > len(EXAMPLES)
    for words in (["format", "--check"], ["check", "--no-fix", "--output-format=concise"]):
        code, text = run([ruff, *words, "--no-cache", *folders], rendered)
        assert not code, text


def test_prettier_finds_nothing_to_format(rendered: Path, bench: Bench) -> None:
    ignored = rendered / ".prettierignore"
    ignored.write_text("package-lock.json\nnode_modules\n", encoding="utf-8")
    modules = Path(bench.places.modules).parent
    link = rendered / "node_modules"
    if not link.exists():
        link.symlink_to(modules)
    words = [
        f"{bench.places.modules}/prettier",
        "--check",
        "--ignore-unknown",
        "--log-level=warn",
        "*/frontend/**",
    ]
    code, text = run(words, rendered, Path(bench.places.node))
    link.unlink()
    assert not code, text


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
    return ran.code, ran.output[-6000:]


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    project = read_example(EXAMPLES[-1])
    first = render_project(project, Config(), tmp_path)
    shutil.rmtree(tmp_path)
    assert first == render_project(project, Config(), tmp_path)
