"""What generation is compared with: writing the same bytes, and Copier rendering as many files."""

import json
import sys
from pathlib import Path

from benchmarks.process import Cost, cost

_WRITE = """
import json, pathlib, sys
source, target = map(pathlib.Path, sys.argv[1:])
for name, text in json.loads(source.read_bytes()).items():
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
"""
_OPEN, _CLOSE = "[=", "=]"  # marks that no generated file contains


def tree(folder: Path) -> dict[str, str]:
    """Path → text of every generated file."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".stackwright" not in path.relative_to(folder).parts
    }


def floor(files: dict[str, str], work: Path) -> Cost:
    """A process that does nothing but write these files."""
    source = work / "floor.json"
    source.write_text(json.dumps(files), encoding="utf-8")
    return cost([sys.executable, "-I", "-c", _WRITE, str(source), str(work / "floor")])


def copier(files: dict[str, str], work: Path) -> Cost:
    """Copier with a template of as many files of the same text, each with two values to fill in."""
    template = work / "copier-template"
    for name, text in files.items():
        path = template / f"{name}.jinja"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{_OPEN} title {_CLOSE} {_OPEN} owner {_CLOSE}\n{text}", encoding="utf-8")
    settings = {
        "title": {"type": "str", "default": "Bench"},
        "owner": {"type": "str", "default": "nobody"},
        "_envops": {
            "variable_start_string": _OPEN,
            "variable_end_string": _CLOSE,
            "block_start_string": "[~",
            "block_end_string": "~]",
            "comment_start_string": "[;",
            "comment_end_string": ";]",
        },
    }
    (template / "copier.yml").write_text(json.dumps(settings), encoding="utf-8")
    words = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet"]
    return cost([*words, str(template), str(work / "copier")])
