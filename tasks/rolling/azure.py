"""Container Apps: the job for the migrations is started with the image; a revision starts beside the one before."""

from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from blocks.azure import MANAGEMENT, WHAT, AzureSubscription
from blocks.connection import Door
from stackwright.deployment.health import LOG_LINES, Health, Judgement
from stackwright.deployment.rolling import container_apps
from stackwright.deployment.rolling.look import Look
from stackwright.errors import ProjectError
from tasks.rolling.following import follow, must_be_done
from tasks.rolling.rest import Rest
from tasks.rolling.served import Service, Tell

VERSION = "2024-03-01"
JOB_LOGS = "2023-11-02-preview"  # the only version that shows the instances of a job
CONTAINER, MIGRATE = "backend", "migrate"  # names of the containers in the templates


def running(service: Service) -> str:
    """The image that visitors meet; empty: there is no such app."""
    if not service.find("container_app"):
        return ""
    app = _App(service)
    try:
        found = app.get()
    except ProjectError as error:
        if error.http_status == 404:
            return ""
        raise
    revisions = app.revisions()
    name = container_apps.serving(found, revisions)
    return next(
        (
            container_apps.image_of(one["properties"]["template"], CONTAINER)
            for one in revisions
            if one["name"] == name
        ),
        "",
    )


def migrate(service: Service, image: str, tell: Tell, *, budget_s: float) -> None:
    """Start the job once with this image and all that it has otherwise.

    Raises:
        ProjectError: Azure refuses it, or the migrations fail (HTTP 409).
    """
    api, path = _api(service), _path(service, "jobs", "migrate_job")
    order = container_apps.start_of(api.get(path, **_version()), MIGRATE, image)
    execution = _started(api, path, api.send("POST", f"{path}/start", order, **_version()))

    def look() -> Look:
        return container_apps.read_execution(
            api.get(f"{path}/executions/{execution}", **_version())
        )

    def lines(_: Look) -> Sequence[str]:
        replicas = api.get(f"{path}/executions/{execution}/replicas", **_version(JOB_LOGS))
        return _lines(service, api, path, replicas.get("value", ()), MIGRATE, JOB_LOGS)

    must_be_done(
        "The migration",
        follow(service, look, lines, tell, action="migrate", budget_s=budget_s),
    )


def roll_out(service: Service, image: str, tell: Tell, *, budget_s: float) -> Judgement:
    """Let a revision have this image; when it is healthy it gets the visitors, and the others are stopped.

    A revision that is not healthy in time is stopped itself, if another one serves.

    Raises:
        ProjectError: Azure refuses it, or does not answer.
    """
    app = _App(service)
    found = app.get()
    moves, before = container_apps.switches(found), container_apps.serving(found, app.revisions())
    template = container_apps.next_template(found, CONTAINER, image)
    if template is not None:
        held = container_apps.traffic_to(before) if moves and before else {}
        app.change({"template": template, **held})
    look = _Look(app)
    judgement = follow(service, look, look.lines, tell, action="roll_out", budget_s=budget_s)
    newest = look.newest
    if moves and newest and newest != before:
        if judgement.health is Health.HEALTHY:
            app.change(container_apps.traffic_to(newest))
            app.stop(container_apps.beside(app.revisions(), newest))
        elif before:
            app.stop((newest,))
    return judgement


class _App:
    """The container app of a service."""

    def __init__(self, service: Service) -> None:
        self.service, self.api = service, _api(service)
        self.path = _path(service, "containerApps", "container_app")

    def get(self) -> dict[str, Any]:
        return self.api.get(self.path, **_version())

    def change(self, properties: dict[str, Any]) -> None:
        self.api.send("PATCH", self.path, {"properties": properties}, **_version())

    def revisions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get(f"{self.path}/revisions", **_version())["value"]
        return found

    def stop(self, revisions: Sequence[str]) -> None:
        for one in revisions:
            self.api.send("POST", f"{self.path}/revisions/{one}/deactivate", None, **_version())


class _Look:
    """Looks at the newest revision of an app."""

    def __init__(self, app: _App) -> None:
        self._app = app
        self._replicas: list[dict[str, Any]] = []
        self.newest = ""

    def __call__(self) -> Look:
        found = self._app.get()
        self.newest = str(found["properties"].get("latestRevisionName") or "")
        is_made = found["properties"].get("provisioningState") == "Succeeded" and self.newest
        if not is_made:
            return container_apps.read(found, None, ())
        path = f"{self._app.path}/revisions/{self.newest}"
        revision = self._app.api.get(path, **_version())
        self._replicas = self._app.api.get(f"{path}/replicas", **_version()).get("value", [])
        return container_apps.read(found, revision, self._replicas)

    def lines(self, seen: Look) -> Sequence[str]:
        """The last lines of the instance that is in trouble, or of any."""
        ours = [one for one in self._replicas if one["name"] == seen.log] or self._replicas
        return _lines(self._app.service, self._app.api, self._app.path, ours, CONTAINER, VERSION)


def _started(api: Rest, path: str, answer: dict[str, Any]) -> str:
    """The name of the execution that was started; when it is not in the answer, it is the newest one."""
    if answer.get("name"):
        return str(answer["name"])
    found = api.get(f"{path}/executions", **_version()).get("value", [])
    newest = max(found, key=lambda one: str(one["properties"].get("startTime", "")), default=None)
    if newest is None:
        raise ProjectError(
            "Azure does not say which execution of the job it started.",
            hint="Try it again in a moment.",
            http_status=502,
        )
    return str(newest["name"])


def _lines(
    service: Service,
    api: Rest,
    path: str,
    replicas: Sequence[dict[str, Any]],
    container: str,
    version: str,
) -> Sequence[str]:
    """The last lines of a container, read with a token for its logs alone."""
    for address in container_apps.streams(replicas, container):
        answer = api.send("POST", f"{path}/getAuthToken", None, **_version(version))
        token = str(answer["properties"]["token"])
        door = Door(
            WHAT,
            address,
            hidden=(token, *service.hidden()),
            headers={"Authorization": f"Bearer {token}"},
        )
        query = {"follow": "false", "output": "text", "tailLines": str(LOG_LINES)}
        said = door.ask("GET", "", params=query)
        if said.is_success and said.text.strip():
            return said.text.splitlines()
    return ()


def _version(version: str = VERSION) -> dict[str, str]:
    return {"api-version": version}


def _path(service: Service, kind: str, output: str) -> str:
    subscription = service.credential("ARM_SUBSCRIPTION_ID")
    group = service.text("resource_group")
    home = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.App"
    return f"{home}/{kind}/{service.text(output)}"


def _api(service: Service) -> Rest:
    subscription = AzureSubscription(
        subscription=service.credential("ARM_SUBSCRIPTION_ID"),
        tenant=service.credential("ARM_TENANT_ID"),
        client=service.credential("ARM_CLIENT_ID"),
        secret=SecretStr(service.credential("ARM_CLIENT_SECRET")),
        endpoint=service.endpoint,
    )
    return Rest(WHAT, service.endpoint or MANAGEMENT, subscription.access, service.hidden())
