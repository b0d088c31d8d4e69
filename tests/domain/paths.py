"""Where the examples and the reference of the language are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.stackwright.yaml"))
REFERENCE = ROOT / "docs" / "language.md"
