"""What lies on this machine of a deployment in a cloud: Terraform's folder, and the choices of each release."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from stackwright.deployment.config import Deployment
from stackwright.deployment.drift import Drift, audible
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.options.place import Target
from stackwright.deployment.rehearsal.wishes import Wishes, expected_of
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import terraform
from tasks.effect import effect
from tasks.host import records
from tasks.rehearsal import cloud
from tasks.stacks import stack_folder, stack_variables
from tasks.terraform_folder import Backend, Place, lay_out
from tasks.terraform_process import stop_terraform


class Access(Value):
    """The way to a provider, as one run has it; never written down."""

    secrets: Annotated[
        Mapping[str, SecretStr], Field(description="Environment of the credentials.")
    ] = {}
    values: Annotated[
        Mapping[str, SecretStr],
        Field(description="Secrets of the product, for a provider that has no store for them."),
    ] = {}
    rehearses: Annotated[
        bool, Field(description="Whether a rehearsed cloud stands for the provider.")
    ] = False
    backend: Annotated[Backend, Field(description="Where Terraform's state lies.")] = Backend()


def folder_of(site: Site) -> Path:
    """Where Terraform works for a site."""
    return site.folder / "terraform"


def place_of(site: Site, access: Access) -> Place:
    """The working folder, with what Terraform is told and nobody else."""
    return Place(folder=folder_of(site), secrets=access.secrets, rehearses=access.rehearses)


@effect(timeout_s=900)
def lay_stack(site: Site, deployment: Deployment, image: str, access: Access) -> None:
    """Lay the template of its target out with these choices, and make Terraform ready.

    Raises:
        ProjectError: There is no template for it, or the backend or a provider cannot be had.
    """
    place = place_of(site, access)
    stack = stack_folder(deployment.cloud.target.value, "terraform")
    lay_out(place, stack, stack_variables(deployment, image), access.backend)
    terraform.init(place)


def planned(site: Site) -> str:
    """What identifies the plan that was kept last; empty: there is none."""
    try:
        content = (folder_of(site) / terraform.PLAN).read_bytes()
    except FileNotFoundError:
        return ""
    return hashlib.sha256(content).hexdigest()


@effect(timeout_s=1800)
def plan_stack(site: Site, access: Access) -> dict[str, Any]:
    """Check and plan what was laid out, keep the plan, and say what is in it as `terraform show -json` does.

    Raises:
        ProjectError: The choices do not fit the template, it cannot be planned, or somebody holds the state (HTTP 423).
    """
    place = place_of(site, access)
    document = terraform.plan(place)
    if access.rehearses:
        wished = dict(cloud.Cloud(place.rehearsal, "").wishes())
        cloud.wish(place.rehearsal, Wishes(**{**wished, "expected": expected_of(document)}))
    return document


@effect(timeout_s=7200)
def make(site: Site, access: Access, mark: str, tell: terraform.Tell) -> str:
    """Carry out the plan that was approved, and tell what happens to each resource as it happens.

    Args:
        site: Where.
        access: As whom.
        mark: Identifies the plan, as `planned` said when it was made.
        tell: Hears it.

    Returns:
        Where visitors reach it, as the stack says; empty: it says nothing that could be asked.

    Raises:
        ProjectError: Another plan lies there now (HTTP 409), somebody holds the state (HTTP 423), or it failed.
    """
    if planned(site) != mark:
        raise ProjectError(
            "Somebody planned there since this plan was made.",
            hint="Make a new plan.",
            http_status=409,
        )
    place = place_of(site, access)
    applied = terraform.apply(place, tell)
    if not applied.is_done:
        raise ProjectError(
            f"The infrastructure was not made: {applied.sentence}",
            hint="What was made is in the state, and the next plan goes on from there.",
            findings=applied.errors,
            http_status=409,
        )
    return url_in(applied.outputs)


def url_in(outputs: Mapping[str, Any]) -> str:
    """Where visitors reach it, by what a stack puts out; empty: it says nothing that could be asked."""
    found = next((str(outputs[name]) for name in ("url", "address") if outputs.get(name)), "")
    parts = urlsplit(found)
    return found if parts.scheme in {"http", "https"} and parts.netloc else ""


@effect(timeout_s=1800)
def find_drift(site: Site, history: History, access: Access) -> tuple[Drift, ...]:
    """What is no longer as it was made at the provider, but what nobody wants to hear of; nothing is changed.

    Raises:
        ProjectError: It cannot be looked at.
    """
    found = terraform.drift(place_of(site, access)) if planned(site) else ()
    return audible(found, history.ignored)


def keep_choices(site: Site, number: int, deployment: Deployment) -> None:
    """Keep what a release was told, so that it can be told so again."""
    records.write(_choices(site, number), deployment)


def choices_of(site: Site, number: int, history: History) -> Deployment:
    """The choices as they are now, with what a release was told: its variables and references to secrets.

    Raises:
        ProjectError: What it was told is damaged, or not there any more (HTTP 409).
    """
    kept = records.read(_choices(site, number), Deployment)
    if kept is None:
        raise ProjectError(
            f"What release {number} of {site.name} was told is gone.",
            hint="Deploy its image anew.",
            http_status=409,
        )
    return history.deployment.model_copy(update={"setting": kept.setting})


def must_be_there(history: History | None, deployment: Deployment) -> None:
    """Go on when the site is new or runs at the same target.

    Raises:
        ProjectError: It runs elsewhere (HTTP 409).
    """
    if history is None or history.deployment.cloud.target is deployment.cloud.target:
        return
    before = history.deployment.cloud.target
    raise ProjectError(
        f"{deployment.site} is there already, at {before}.",
        hint=f"Give the deployment at {deployment.cloud.target} another name.",
        http_status=409,
    )


def is_cloud(history: History) -> bool:
    """Whether what was deployed runs at a provider and not on this machine."""
    return history.deployment.cloud.target is not Target.LOCAL


def stop(site: Site) -> bool:
    """Ask Terraform to stop where it is; it writes its state first. False: it does not run."""
    return folder_of(site).is_dir() and stop_terraform(folder_of(site))


def _choices(site: Site, number: int) -> Path:
    return site.folder / "choices" / f"{number}.json"
