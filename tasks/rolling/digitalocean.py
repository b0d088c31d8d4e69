"""App Platform: the app gets a definition with the new image, and its deployment is followed.

The migrations are a job of the app that runs before the switch; when it fails, the release before serves on.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from blocks.connection import Door
from blocks.digitalocean import API, WHAT
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.health import Judgement
from stackwright.deployment.rolling import app_platform
from stackwright.deployment.rolling.look import Look, done
from stackwright.deployment.targets.application import SCHEMA
from stackwright.errors import ProjectError
from tasks.rolling.following import follow
from tasks.rolling.rest import Rest
from tasks.rolling.served import SIGNED_WITH, Service, Tell

LOGS = ("DEPLOY", "RUN_RESTARTED", "RUN")  # in the order in which they tell of a start that failed


def running(service: Service) -> str:
    """The image of the active deployment; empty: there is none."""
    if not service.find("roll_out", "app"):
        return ""
    try:
        app = _api(service).get(_path(service))["app"]
    except ProjectError as error:
        if error.http_status == 404:
            return ""
        raise
    active = app.get("active_deployment") or {}
    return app_platform.image_of(
        active.get("spec") or {},
        service.text("roll_out", "component"),
        service.text("roll_out", "registry"),
    )


def migrate(
    service: Service,
    image: str,
    tell: Tell,
    *,
    budget_s: float,  # noqa: ARG001 - all providers are called in the same way
) -> None:
    """Look whether the app runs its migrations itself, before the switch.

    Raises:
        ProjectError: It does not (HTTP 409), or App Platform cannot read the image.
    """
    app_platform.image_block(image)
    job = service.text("roll_out", "job")
    if not app_platform.has_migrations(_api(service).get(_path(service))["app"]["spec"], job):
        raise ProjectError(
            f"The app has no job {job} that runs before a release is switched to.",
            hint="Apply the stack again: the templates of this version have it.",
            http_status=409,
        )
    said = "App Platform runs the migrations while the release is rolled out, before the switch."
    tell(Event(seq=1, type=EventType.DONE, address=SCHEMA, action="migrate", message=said))


def roll_out(service: Service, image: str, tell: Tell, *, budget_s: float) -> Judgement:
    """Give the app a definition with this image, and follow its deployment.

    Raises:
        ProjectError: DigitalOcean refuses it, or does not answer.
    """
    api, path = _api(service), _path(service)
    component, job = service.text("roll_out", "component"), service.text("roll_out", "job")
    app = api.get(path)["app"]
    values = {name: one.get_secret_value() for name, one in service.values.items()}
    if SIGNED_WITH not in values and app_platform.lacks(app["spec"], component, SIGNED_WITH):
        values[SIGNED_WITH] = secrets.token_urlsafe(
            48
        )  # from now on it stays in the app, encrypted
    spec = app_platform.next_spec(app["spec"], component, job, image, values)
    deployment = _under_way(app)
    active = (app.get("active_deployment") or {}).get("spec") or {}
    is_served = app_platform.serves(active, component, image)  # a definition that failed stays, too
    if spec != app["spec"] or not (deployment or is_served):
        deployment = _under_way(api.send("PUT", path, {"spec": spec})["app"])

    def look() -> Look:
        if not deployment:
            return done("The release has the visitors.")
        return app_platform.read(api.get(f"{path}/deployments/{deployment}")["deployment"])

    def lines(seen: Look) -> Sequence[str]:
        return _lines(service, api, f"{path}/deployments/{deployment}", seen.log)

    return follow(service, look, lines, tell, action="roll_out", budget_s=budget_s)


def _under_way(app: dict[str, Any]) -> str:
    """The deployment that has not ended; empty: there is none."""
    found = app.get("pending_deployment") or app.get("in_progress_deployment") or {}
    return str(found.get("id") or "")


def _lines(service: Service, api: Rest, deployment: str, component: str) -> Sequence[str]:
    """The last lines of a component, from the archive that DigitalOcean names; it is read without our token."""
    if not component:
        return ()
    path = f"{deployment}/components/{component}/logs"
    for kind in LOGS:
        for address in api.get(path, type=kind).get("historic_urls") or ():
            said = Door(WHAT, str(address), hidden=service.hidden()).ask("GET", "")
            if said.is_success and said.text.strip():
                return said.text.splitlines()
    return ()


def _path(service: Service) -> str:
    return f"/v2/apps/{service.text('roll_out', 'app')}"


def _api(service: Service) -> Rest:
    address = service.endpoint or service.secret("DIGITALOCEAN_API_URL") or API
    token = service.credential("DIGITALOCEAN_TOKEN")
    return Rest(WHAT, address, lambda: token, service.hidden())
