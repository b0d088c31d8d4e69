"""The templates of Azure Resource Manager, as they lie in their folder."""

import json
from typing import Any

from tests.deployment.stacks.declared import TEMPLATES

FOLDER = TEMPLATES / "azure"


def templates() -> dict[str, dict[str, Any]]:
    """Relative path → template."""
    folder = FOLDER / "arm-templates"
    files = [folder / "azuredeploy.json", *sorted(folder.glob("nested/*.json"))]
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text("utf-8")) for path in files
    }
