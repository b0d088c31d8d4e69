"""App Platform of DigitalOcean: the next definition of an app, and what the phases and steps of a deployment mean.

Source: DigitalOcean API reference, "Apps": app spec, "image", "deployment" and its "progress".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackwright.deployment.rolling.look import Look, done, failed, waiting
from stackwright.errors import ProjectError

Answer = Mapping[str, Any]
REGISTRIES = {"registry.digitalocean.com": "DOCR", "ghcr.io": "GHCR"}
DOCKER_HUB = frozenset({"", "docker.io", "index.docker.io"})
ENDED_BADLY = {
    "CANCELED": "It was cancelled.",
    "ERROR": "It failed.",
    "SUPERSEDED": "Another release took over.",
}
_NOTHING: dict[str, Any] = {}
_REFERENCE = re.compile(
    r"^(?:(?P<host>[^/]*[.:][^/]*)/)?(?P<path>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?$"
)


def image_block(image: str) -> dict[str, str]:
    """A reference in the words of App Platform.

    Raises:
        ProjectError: Its registry is none that App Platform reads (HTTP 422).
    """
    found = _REFERENCE.match(image)
    host = (found and found["host"]) or ""
    if found is None or not (host in REGISTRIES or host in DOCKER_HUB):
        raise ProjectError.bad_input(
            f"App Platform reads no image from {host or image}.",
            hint=f"Push it to {', '.join(sorted(REGISTRIES))} or Docker Hub.",
        )
    kind = REGISTRIES.get(host, "DOCKER_HUB")
    owner, _, rest = found["path"].rpartition("/") if kind == "DOCR" else _split(found["path"])
    named = {"registry_type": kind, "repository": rest}
    if kind != "DOCR":
        named["registry"] = owner or "library"
    return named | (
        {"digest": found["digest"]} if found["digest"] else {"tag": found["tag"] or "latest"}
    )


def reference_of(block: Answer, registry: str) -> str:
    """An image of an app as a reference.

    Args:
        block: What App Platform keeps of it; of a registry at DigitalOcean it does not keep the name.
        registry: The address of the account's registry, such as registry.digitalocean.com/shop.
    """
    hosts = {kind: f"{host}/" for host, kind in REGISTRIES.items()} | {"DOCR": f"{registry}/"}
    owner = f"{block['registry']}/" if block.get("registry") else ""
    end = f"@{block['digest']}" if block.get("digest") else f":{block.get('tag') or 'latest'}"
    return (
        f"{hosts.get(str(block.get('registry_type')), '')}{owner}{block.get('repository', '')}{end}"
    )


def image_of(spec: Answer, component: str, registry: str) -> str:
    """The image of a service in an app's definition; empty: there is none. See `reference_of`."""
    for one in spec.get("services") or ():
        if one.get("name") == component and one.get("image"):
            return reference_of(one["image"], registry)
    return ""


def serves(spec: Answer, component: str, image: str) -> bool:
    """Whether a service in an app's definition has this image."""
    wanted = image_block(image).items()
    return any(
        one.get("name") == component and wanted <= (one.get("image") or {}).items()
        for one in spec.get("services") or ()
    )


def lacks(spec: Answer, component: str, variable: str) -> bool:
    """Whether nothing gives a service this variable."""
    parts = [spec, *(one for one in spec.get("services") or () if one.get("name") == component)]
    given = (one.get("key") for part in parts for one in part.get("envs") or ())
    return variable not in given


def has_migrations(spec: Answer, job: str) -> bool:
    """Whether the app itself runs its migrations before each switch."""
    jobs = spec.get("jobs") or ()
    return any(one.get("name") == job and one.get("kind") == "PRE_DEPLOY" for one in jobs)


def next_spec(
    spec: Answer, component: str, job: str, image: str, values: Mapping[str, str]
) -> dict[str, Any]:
    """The definition in which the service and its migrations have this image, and these values of secrets.

    What stands there encrypted is sent back as it is: App Platform keeps it.

    Args:
        spec: As it is.
        component: The service.
        job: The job with the migrations.
        image: A reference.
        values: Of secrets, by variable. They are sent encrypted and are never shown again.

    Raises:
        ProjectError: The registry is none that App Platform reads.
    """
    block = image_block(image)

    def changed(parts: Sequence[Answer] | None, name: str) -> list[dict[str, Any]]:
        return [
            _given({**one, "image": _with(one.get("image") or {}, block)}, values)
            if one.get("name") == name
            else {**one}
            for one in parts or ()
        ]

    return {
        **spec,
        "services": changed(spec.get("services"), component),
        "jobs": changed(spec.get("jobs"), job),
    }


def read(deployment: Answer) -> Look:
    """How far a deployment of an app is."""
    phase, resource = str(deployment.get("phase", "")), f"deployment {deployment.get('id', '')}"
    steps = list(_steps(deployment.get("progress", {}).get("steps") or ()))
    if phase == "ACTIVE":
        return done("The release has the visitors.", resource)
    if phase in ENDED_BADLY:
        wrong = next((one for one in reversed(steps) if one.get("status") == "ERROR"), _NOTHING)
        reason = wrong.get("reason") or {}
        said = str(reason.get("message") or reason.get("code") or "").rstrip(".")
        component = str(wrong.get("component_name") or "")
        sentence = f"{component}: {said}." if component and said else f"{said}." if said else ""
        return failed(sentence or ENDED_BADLY[phase], component or resource, component)
    runs = [one for one in steps if one.get("status") == "RUNNING"]
    now = str(runs[-1].get("message_base") or runs[-1].get("name", "")) if runs else ""
    part = str(runs[-1].get("component_name") or "") if runs else ""
    progress = deployment.get("progress", {})
    count = f"{progress.get('success_steps', 0)} of {progress.get('total_steps', 0)} steps are done"
    doing = f" ({' '.join(word for word in (now, part) if word)})" if now else ""
    return waiting(f"{count}{doing}.", resource)


def _split(path: str) -> tuple[str, str, str]:
    owner, slash, rest = path.partition("/")
    return (owner, slash, rest) if slash else ("", "", owner)


def _with(before: Answer, block: Mapping[str, str]) -> dict[str, Any]:
    """The image, with the credentials of the one before when it comes from the same place."""
    same = all(before.get(name) == block.get(name) for name in ("registry_type", "registry"))
    kept = {"registry_credentials", "deploy_on_push"} if same else set()
    return {**{name: value for name, value in before.items() if name in kept}, **block}


def _given(component: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    if not values:
        return component
    others = [one for one in component.get("envs") or () if one.get("key") not in values]
    ours = [
        {"key": name, "value": value, "scope": "RUN_TIME", "type": "SECRET"}
        for name, value in sorted(values.items())
    ]
    return {**component, "envs": [*others, *ours]}


def _steps(steps: Sequence[Answer]) -> Iterator[dict[str, Any]]:
    """All steps, outer ones before inner ones."""
    for one in steps:
        yield dict(one)
        yield from _steps(one.get("steps") or ())
