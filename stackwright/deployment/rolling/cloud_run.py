"""Cloud Run: the next template of a service and of its job for migrations, and what their conditions mean.

Source: Cloud Run Admin API v2, "Service", "Job", "Execution" and "Condition".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stackwright.deployment.rolling.look import Look, done, failed, waiting

Answer = Mapping[str, Any]
ATTEMPT = (
    "stackwright-attempt"  # an annotation: the same image is tried again in a revision of its own
)


def image_of(template: Answer, container: str) -> str:
    """The image of a container; empty: there is no such container."""
    for one in template.get("containers", ()):
        if one.get("name") == container:
            return str(one.get("image", ""))
    return ""


def next_template(service: Answer, container: str, image: str) -> dict[str, Any] | None:
    """The template of the next revision; None: the newest one has the image and is ready, or is being made.

    A failed revision is not started again by itself, so the same image gets a new one. Its name is left to Cloud
    Run: a name of ours would stand in the way of Terraform's next change.
    """
    template = service["template"]
    is_same = image_of(template, container) == image
    if is_same and (_ready(service) or service.get("reconciling")):
        return None
    kept = {name: value for name, value in template.items() if name != "revision"}
    if is_same:
        attempt = str(int(service.get("generation", 0)) + 1)
        kept["annotations"] = {**template.get("annotations", {}), ATTEMPT: attempt}
    return {**kept, "containers": _with_image(template["containers"], container, image)}


def next_job(job: Answer, container: str, image: str) -> dict[str, Any] | None:
    """The template of the job with this image; None: it has it already."""
    template = job["template"]
    inner = template["template"]
    if image_of(inner, container) == image:
        return None
    containers = _with_image(inner["containers"], container, image)
    return {**template, "template": {**inner, "containers": containers}}


def read(service: Answer) -> Look:
    """How far the newest revision of a service is."""
    revision = short(str(service.get("latestCreatedRevision", "")))
    resource = f"revision {revision}" if revision else f"service {short(str(service['name']))}"
    condition = service.get("terminalCondition", {})
    said = _said(condition)
    behind = service.get("observedGeneration") != service.get("generation")
    if service.get("reconciling") or behind:
        return waiting(said or "Cloud Run makes the revision.", resource, revision)
    if condition.get("state") == "CONDITION_FAILED":
        return failed(said or "Cloud Run gave it up.", resource, revision)
    if _ready(service):
        return done(f"{resource} is ready and has the visitors.", resource)
    return waiting(said or "The revision is not ready yet.", resource, revision)


def read_execution(execution: Answer) -> Look:
    """How far one execution of a job is."""
    name = short(str(execution["name"]))
    resource = f"execution {name}"
    conditions = {one.get("type"): one for one in execution.get("conditions", ())}
    completed = conditions.get("Completed", {})
    if completed.get("state") == "CONDITION_SUCCEEDED":
        return done("It ended well.", resource, name)
    if completed.get("state") == "CONDITION_FAILED":
        return failed(_said(completed) or "It failed.", resource, name)
    return waiting(_said(completed) or "It runs.", resource, name)


def log_filter(kind: str, name: str) -> str:
    """Which lines of the project are those of a revision or of an execution."""
    place = {
        "revision": f'resource.type="cloud_run_revision" AND resource.labels.revision_name="{name}"',
        "execution": f'resource.type="cloud_run_job" AND labels."run.googleapis.com/execution_name"="{name}"',
    }
    return place[kind]


def lines_of(entries: Sequence[Answer]) -> list[str]:
    """The text of entries of a log that come newest first, oldest first."""
    found = (
        one.get("textPayload") or one.get("jsonPayload", {}).get("message") or "" for one in entries
    )
    return [line for text in reversed([*found]) for line in str(text).splitlines()]


def short(name: str) -> str:
    """The last part of a name such as projects/…/revisions/shop-00002-abc."""
    return name.rpartition("/")[2]


def _ready(service: Answer) -> bool:
    newest = service.get("latestCreatedRevision")
    state = service.get("terminalCondition", {}).get("state")
    return state == "CONDITION_SUCCEEDED" and service.get("latestReadyRevision") == newest


def _with_image(containers: Sequence[Answer], container: str, image: str) -> list[dict[str, Any]]:
    return [
        {**one, "image": image} if one.get("name") == container else {**one} for one in containers
    ]


def _said(condition: Answer) -> str:
    """Its message, without the address of the console."""
    text = str(condition.get("message", "")).partition("Logs URL:")[0].strip()
    return f"{text.rstrip('.')}." if text else ""
