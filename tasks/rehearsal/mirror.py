"""Where Terraform finds the rehearsal instead of the real providers: a folder laid out as its documentation says.

Source: Terraform documentation, "CLI Configuration File", provider_installation, filesystem_mirror.
"""

import json
import platform
import shlex
import sys
from pathlib import Path

HOSTS = (
    "registry.terraform.io",
    "registry.opentofu.org",
)  # begin the names of providers; nobody asks them
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def make_mirror(schemas: Path, folder: Path) -> dict[str, str]:
    """Lay the rehearsal out as a mirror of the providers whose schemas there are.

    Returns:
        Provider, such as hashicorp/aws → the version whose schema it goes by.
    """
    system = f"{platform.system().lower()}_{_MACHINES.get(platform.machine().lower(), 'amd64')}"
    found = {}
    for path in sorted(schemas.glob("*.json")):
        about = json.loads(path.read_bytes())
        source, version, name = about["source"], about["version"], path.stem
        words = [sys.executable, "-P", "-m", "tasks.rehearsal", name]
        root = shlex.quote(str(Path(__file__).parents[2]))
        script = f"#!/bin/sh\nPYTHONPATH={root} exec {shlex.join(words)}\n"
        for host in HOSTS:
            place = folder / host / source / version / system
            program = place / f"terraform-provider-{name}_v{version}"
            if not program.is_file() or program.read_text("utf-8") != script:
                place.mkdir(parents=True, exist_ok=True)
                program.write_text(script, "utf-8")
                program.chmod(0o755)
        found[source] = version
    return found


def mirror_settings(folder: Path) -> str:
    """The part of Terraform's own settings that leads to a mirror, and nowhere else."""
    return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder}"\n  }}\n}}\n'
