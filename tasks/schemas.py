"""The schemas that rehearsals go by: read from the bindings of the providers, kept beside the templates.

`python -m tasks.schemas` writes them, `python -m tasks.schemas show aws_ecs_service [data]` prints one.
"""

import base64
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from stackwright.deployment.rehearsal.binding import Reading, read_binding
from stackwright.deployment.rehearsal.providers import PROVIDERS, Provider, provider_of
from stackwright.deployment.rehearsal.schema import ProviderSchema, describe, document
from stackwright.errors import ProjectError
from tasks.stacks import schema_folder, stack_folders

_CHECKOUT = Path(__file__).parents[1]
BINDINGS = _CHECKOUT / "build/bindings"
_USED = re.compile(r'^\s*(resource|data)\s+"(\w+)"\s+"', re.MULTILINE)
_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,([A-Za-z0-9+/=]+)")


def write_schemas(folders: Iterable[Path], out: Path) -> list[Path]:
    """Write the schema of each provider, with the resources that the stacks in these folders use.

    Raises:
        ProjectError: A resource is in no provider that we know, or its binding cannot be had.
    """
    used = used_by(folders)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for provider in PROVIDERS:
        if provider.name not in used:
            continue
        schema = _schema(provider, used[provider.name])
        path = out / f"{provider.name}.json"
        path.write_text(json.dumps(document(schema), indent=1) + "\n", "utf-8")
        written.append(path)
    return written


def used_by(folders: Iterable[Path]) -> dict[str, set[tuple[str, str]]]:
    """Provider → the kinds and names (`resource`, `aws_vpc`) that the stacks in these folders use.

    Raises:
        ProjectError: A resource is in no provider that we know.
    """
    used: dict[str, set[tuple[str, str]]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.tf")):
            for kind, name in _USED.findall(path.read_text("utf-8")):
                provider = provider_of(name)
                if provider is None and not name.startswith("terraform_"):
                    raise ProjectError(
                        f"{path}: {name} is in no provider that can be rehearsed.",
                        hint="Providers are in stackwright/deployment/rehearsal/providers.py.",
                    )
                if provider:
                    used.setdefault(provider.name, set()).add((kind, name))
    return used


def read_one(name: str, kind: str = "resource") -> Reading:
    """The schema of one resource (`resource`), data source (`data`) or provider (`provider`).

    Raises:
        ProjectError: There is no such resource.
    """
    provider = provider_of(name)
    if provider is None:
        raise ProjectError.bad_input(
            f"{name} is in no provider that can be rehearsed.",
            hint=f"They are: {', '.join(one.name for one in PROVIDERS)}.",
        )
    return _read(provider, kind, name)


def _schema(provider: Provider, used: Iterable[tuple[str, str]]) -> ProviderSchema:
    own = _read(provider, "provider", provider.name)
    readings = [_read(provider, kind, name) for kind, name in sorted(used)]
    return ProviderSchema(
        source=provider.source,
        version=own.version,
        taken_from=f"{provider.package} {provider.package_version}",
        date=_date(provider),
        provider=own.block,
        resources={one.name: one.block for one in readings if one.kind == "resource"},
        data={one.name: one.block for one in readings if one.kind == "data"},
    )


def _read(provider: Provider, kind: str, name: str) -> Reading:
    short = name.removeprefix(f"{provider.name}_").replace("_", "-")
    folders = {
        "resource": (short, f"{short}-resource"),
        "data": (f"data-{provider.name}-{short}",),
        "provider": ("provider",),
    }[kind]
    library = _unpacked(provider)
    path = next((library / one / "index.js" for one in folders if (library / one).is_dir()), None)
    if path is None:
        raise ProjectError(
            f"{provider.source} has no {kind} {name}.",
            hint="Look at the provider's documentation: it may have another name.",
        )
    parts = [path, *sorted(path.parent.glob("index-structs/structs*.js"))]  # the large ones
    return read_binding("\n".join(_source(part) for part in parts), provider.objects)


def _source(path: Path) -> str:
    found = _SOURCE_MAP.search(path.read_text("utf-8"))
    if found is None:
        raise ProjectError(f"{path} does not hold its own source.", hint="Take another version.")
    text: str = json.loads(base64.b64decode(found.group(1)))["sourcesContent"][0]
    return text


def _unpacked(provider: Provider) -> Path:
    """The library within a binding. Only its archive is read: installed, the bindings are a gigabyte."""
    folder = BINDINGS / f"{provider.name}-{provider.package_version}.unpacked"
    if (folder / "lib").is_dir():
        return folder / "lib"
    with zipfile.ZipFile(_wheel(provider)) as wheel:
        inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        packed = io.BytesIO(wheel.read(inner))
    draft = folder.with_name(f"{folder.name}.new")
    with tarfile.open(fileobj=packed) as archive:
        for member in archive:
            if member.name.startswith("package/lib/") and member.name.endswith(".js"):
                member.name = member.name.removeprefix("package/")
                archive.extract(member, draft, filter="data")
    draft.rename(folder)
    return folder / "lib"


def _wheel(provider: Provider) -> Path:
    pattern = f"{provider.package.replace('-', '_')}-{provider.package_version}-*.whl"
    if not (found := [*BINDINGS.glob(pattern)]):
        wanted = f"{provider.package}=={provider.package_version}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--dest", str(BINDINGS), wanted], check=True)
        found = [*BINDINGS.glob(pattern)]
    return found[0]


def _date(provider: Provider) -> str:
    with zipfile.ZipFile(_wheel(provider)) as wheel:
        year, month, day = max(one.date_time for one in wheel.infolist())[:3]
    return f"{year:04}-{month:02}-{day:02}"


def main(words: list[str]) -> int:
    """What the command line answers with."""
    try:
        if words[:1] == ["show"] and len(words) in (2, 3):
            found = read_one(words[1], *words[2:])
            print(f"# {found.kind} {found.name}, provider version {found.version}")
            print("\n".join(describe(found.block)))
        elif not words:
            for path in write_schemas(stack_folders(), schema_folder()):
                print(path.relative_to(_CHECKOUT))
        else:
            print(__doc__)
            return 2
    except ProjectError as error:
        print(f"{error}\nHint: {error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
