"""The folder that Terraform works in: a copy of the template, the choices, and where the state lies."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr

from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.commands import environment
from tasks.rehearsal.cloud import FOLDER
from tasks.rehearsal.mirror import make_mirror, mirror_settings
from tasks.stacks import schema_folder
from tasks.terraform_process import OURS

VARIABLES = "terraform.tfvars.json"
BACKEND = "backend_override.tf.json"
SETTINGS = "terraform.rc"
REHEARSAL = "rehearsal"
_LEFT_OUT = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan", VARIABLES, "tests")
_CREDENTIALS = {
    "http": ("TF_HTTP_USERNAME", "TF_HTTP_PASSWORD"),
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}
_SECRET_SETTINGS = ("password", "secret", "access_key", "sas_token", "credentials", "token")


class Backend(Value):
    """Where the state lies, and who locks it."""

    kind: Literal["local", "http", "s3", "gcs", "azurerm"] = "local"
    settings: Annotated[
        Mapping[str, str],
        Field(
            description="Such as bucket, key and region. Never a credential: those come by environment."
        ),
    ] = {}


class Place(Value):
    """A working folder, and how Terraform is run there."""

    folder: Path
    program: Annotated[
        tuple[str, ...], Field(description="The user's own terraform or tofu; empty: ours.")
    ] = ()
    secrets: Annotated[
        Mapping[str, SecretStr],
        Field(description="Credentials of the cloud and the state, as environment variables."),
    ] = {}
    rehearses: Annotated[
        bool, Field(description="Whether the rehearsal stands for the providers.")
    ] = False

    @property
    def words(self) -> tuple[str, ...]:
        """The program that is called."""
        return self.program or OURS

    @property
    def rehearsal(self) -> Path:
        """Where the rehearsed clouds lie."""
        return self.folder / REHEARSAL


def http_backend(address: str) -> Backend:
    """The state and its lock at our own API, or any other that speaks Terraform's http backend.

    Args:
        address: Of the state, such as `https://stackwright.example.com/api/v1/states/<deployment id>`.
    """
    return Backend(
        kind="http",
        settings={
            "address": address,
            "lock_address": f"{address}/lock",
            "unlock_address": f"{address}/lock",
            "lock_method": "POST",
            "unlock_method": "DELETE",
        },
    )


def lay_out(
    place: Place, stack: Path, variables: Mapping[str, Any], backend: Backend | None = None
) -> None:
    """Copy a template into the working folder, with the choices and the backend; state and lock file stay.

    Raises:
        ProjectError: The backend's settings hold a credential.
    """
    backend = backend or Backend()
    wrong = [name for name in backend.settings if any(s in name for s in _SECRET_SETTINGS)]
    if wrong:
        names = ", ".join(_CREDENTIALS.get(backend.kind, ("the provider's environment variables",)))
        raise ProjectError.bad_input(
            f"The backend's setting {wrong[0]} is a credential and would lie in a file.",
            hint=f"Give it by environment: {names}.",
        )
    folder = place.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob("*.tf"):
        old.unlink()
    shutil.copytree(stack, folder, dirs_exist_ok=True, ignore=_LEFT_OUT)
    folder.chmod(0o700)  # the copy has the mode of the template
    _write(folder / VARIABLES, json.dumps(dict(variables), indent=1, sort_keys=True) + "\n")
    settings = {"path": "terraform.tfstate"} if backend.kind == "local" else backend.settings
    document = {"terraform": {"backend": {backend.kind: dict(settings)}}}
    _write(folder / BACKEND, json.dumps(document, indent=1) + "\n")
    _write(folder / SETTINGS, _settings(place))


def environment_of(place: Place) -> dict[str, str]:
    """All that Terraform sees of the environment: settings of its own, and the credentials it was given."""
    own = {
        "TF_CLI_CONFIG_FILE": str(place.folder / SETTINGS),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "HOME": str(place.folder),
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - the system's own, of which we make private folders
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    if place.rehearses:
        own[FOLDER] = str(place.rehearsal)
        if schemas := os.environ.get("STACKWRIGHT_REHEARSAL_SCHEMAS"):
            own["STACKWRIGHT_REHEARSAL_SCHEMAS"] = schemas
    secrets = {name: secret.get_secret_value() for name, secret in place.secrets.items()}
    return environment({**own, **secrets})


def rehearsed_schemas() -> Path:
    """The folder of schemas that rehearsals go by."""
    return Path(os.environ.get("STACKWRIGHT_REHEARSAL_SCHEMAS") or schema_folder())


def _settings(place: Place) -> str:
    """Terraform's own settings: no question to its makers' servers, and one place for all downloaded providers."""
    text = "disable_checkpoint = true\n"
    if place.rehearses:
        mirror = place.rehearsal / "mirror"
        make_mirror(rehearsed_schemas(), mirror)
        return text + mirror_settings(mirror)
    cache = user_cache_path("stackwright") / "terraform-providers"
    cache.mkdir(parents=True, exist_ok=True)
    return text + f'plugin_cache_dir = "{cache}"\n'


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
