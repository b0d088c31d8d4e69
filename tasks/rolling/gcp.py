"""Cloud Run: the job for the migrations gets the image and is run; the service gets a revision and is followed."""

from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from blocks.google import WHAT, GoogleProject
from stackwright.deployment.health import LOG_LINES, Judgement
from stackwright.deployment.rolling import cloud_run
from stackwright.deployment.rolling.look import Look, failed, waiting
from stackwright.errors import ProjectError
from tasks.rolling.following import follow, must_be_done
from tasks.rolling.rest import Rest
from tasks.rolling.served import Service, Tell

RUN = "https://run.googleapis.com"
LOGGING = "https://logging.googleapis.com"
MIGRATE = "migrate"  # the container of the job


def running(service: Service) -> str:
    """The image of the newest revision that is ready; empty: there is none."""
    if not service.find("roll_out", "service"):
        return ""
    api = _api(service, RUN)
    try:
        found = api.get(_name(service, "services", "service"))
    except ProjectError as error:
        if error.http_status == 404:
            return ""
        raise
    ready = found.get("latestReadyRevision")
    if not ready:
        return ""
    path = str(ready) if "/" in str(ready) else f"{found['name']}/revisions/{ready}"
    return cloud_run.image_of(api.get(f"/v2/{path}"), service.text("roll_out", "container"))


def migrate(service: Service, image: str, tell: Tell, *, budget_s: float) -> None:
    """Give the job the image and run it once.

    Raises:
        ProjectError: Google refuses it, or the migrations fail (HTTP 409).
    """
    api, job = _api(service, RUN), _name(service, "jobs", "job")
    template = cloud_run.next_job(api.get(job), MIGRATE, image)
    change = (
        api.send("PATCH", job, {"template": template}, updateMask="template") if template else {}
    )
    look = _Migration(api, job, str(change.get("name", "")))
    must_be_done(
        "The migration",
        follow(
            service, look, _lines(service, "execution"), tell, action="migrate", budget_s=budget_s
        ),
    )


def roll_out(service: Service, image: str, tell: Tell, *, budget_s: float) -> Judgement:
    """Let a new revision have this image; it gets the visitors when it is ready, and not before.

    Raises:
        ProjectError: Google refuses it, or does not answer.
    """
    api, name = _api(service, RUN), _name(service, "services", "service")
    container = service.text("roll_out", "container")
    template = cloud_run.next_template(api.get(name), container, image)
    if template is not None:
        api.send("PATCH", name, {"template": template}, updateMask="template")
    return follow(
        service,
        lambda: cloud_run.read(api.get(name)),
        _lines(service, "revision"),
        tell,
        action="roll_out",
        budget_s=budget_s,
    )


class _Migration:
    """Waits until the job has its image, starts it, and looks at its execution."""

    def __init__(self, api: Rest, job: str, change: str) -> None:
        self._api, self._job, self._change, self._execution = api, job, change, ""

    def __call__(self) -> Look:
        if self._change:
            found = self._api.get(f"/v2/{self._change}")
            if not found.get("done"):
                return waiting("The job gets the image.")
            if found.get("error"):
                return failed(f"The job does not get the image: {found['error'].get('message')}")
            self._change = ""
        if not self._execution:
            started = self._api.send("POST", f"{self._job}:run", {})
            self._execution = str(started.get("metadata", {}).get("name", ""))
        return cloud_run.read_execution(self._api.get(f"/v2/{self._execution}"))


def _lines(service: Service, kind: str) -> Callable[[Look], list[str]]:
    def lines(seen: Look) -> list[str]:
        if not seen.log:
            return []
        body: dict[str, Any] = {
            "resourceNames": [f"projects/{service.text('roll_out', 'project')}"],
            "filter": cloud_run.log_filter(kind, seen.log),
            "orderBy": "timestamp desc",
            "pageSize": LOG_LINES,
        }
        answer = _api(service, LOGGING).send("POST", "/v2/entries:list", body)
        return cloud_run.lines_of(answer.get("entries", ()))

    return lines


def _name(service: Service, kind: str, output: str) -> str:
    project, region = service.text("roll_out", "project"), service.text("roll_out", "region")
    return f"/v2/projects/{project}/locations/{region}/{kind}/{service.text('roll_out', output)}"


def _api(service: Service, address: str) -> Rest:
    project = GoogleProject(
        project=service.credential("GOOGLE_PROJECT"),
        region=service.credential("GOOGLE_REGION"),
        key=SecretStr(service.credential("GOOGLE_CREDENTIALS")),
        endpoint=service.endpoint,
    )
    return Rest(WHAT, service.endpoint or address, project.access, service.hidden())
