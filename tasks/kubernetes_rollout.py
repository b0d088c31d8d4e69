"""The effects on what runs in a cluster: migrate, roll a release out and follow it, go back, back up."""

import time
from collections.abc import Sequence

from stackwright.deployment.events import Event, EventType, from_kubernetes
from stackwright.deployment.health import LINE_LENGTH, LOG_LINES, Health, Judgement
from stackwright.deployment.targets.kubernetes import Object, address_of, job_of
from stackwright.deployment.targets.kubernetes_rollout import (
    Trouble,
    judge_rollout,
    trouble_of_pod,
)
from stackwright.errors import ProjectError
from tasks.effect import effect
from tasks.kubernetes import Access, Tell, listed, put, run

EVERY_S = 1.0  # between two looks; one is a call of `kubectl`


@effect(timeout_s=1900)
def roll_out(
    access: Access,
    items: Sequence[Object],
    tell: Tell,
    *,
    budget_s: float,
    seq: int = 1,
    every_s: float = EVERY_S,
) -> tuple[Judgement, int]:
    """Apply these Deployments and follow them until all are ready, or the first one is in trouble.

    Args:
        access: The cluster.
        items: The Deployments of the new build.
        tell: Is told each event.
        budget_s: Seconds in which they must become ready.
        seq: The number of the first event.
        every_s: Seconds between two looks.

    Returns:
        Whether they are healthy, with the last lines of what is in trouble, and the number of the next event.
    """
    seq = put(access, items, tell, seq=seq)
    names = [str(one["metadata"]["name"]) for one in items]
    return follow(
        access, items[0]["metadata"]["namespace"], names, tell,
        budget_s=budget_s, seq=seq, every_s=every_s,
    )  # fmt: skip


@effect(timeout_s=1900)
def follow(
    access: Access,
    namespace: str,
    names: Sequence[str],
    tell: Tell,
    *,
    budget_s: float,
    seq: int = 1,
    every_s: float = EVERY_S,
) -> tuple[Judgement, int]:
    """Look at Deployments until all are ready, one is in trouble that waiting does not cure, or time is up."""
    began, told = time.monotonic(), dict[str, str]()
    while True:
        found = listed(access, "deployments,replicasets,pods", "-n", namespace)
        deployments, sets, pods = (
            [one for one in found if one["kind"] == kind]
            for kind in ("Deployment", "ReplicaSet", "Pod")
        )
        ours = [one for one in deployments if one["metadata"]["name"] in names]
        elapsed_s = round(time.monotonic() - began, 3)
        judgement, trouble = judge_rollout(ours, sets, pods, elapsed_s, budget_s)
        for one in ours:
            event = from_kubernetes(seq, one, elapsed_s)
            if told.get(event.address) != event.message:
                told[event.address] = event.message
                tell(event)
                seq += 1
        if judgement.health is Health.WAITING:
            time.sleep(every_s)
            continue
        if judgement.health is Health.FAILED:
            log = last_lines(access, namespace, trouble) if trouble else ()
            judgement = judgement.model_copy(update={"log": log})
            tell(_failed(seq, judgement, elapsed_s))
            seq += 1
        return judgement, seq


@effect(timeout_s=60)
def undo(access: Access, namespace: str, name: str, revision: int = 0) -> None:
    """Let a Deployment run an earlier revision again; 0: the one before.

    The way back in seconds, without the overlay of the earlier release; the release that is recorded is applied
    after it, so that the cluster is what the history says.
    """
    run(
        access, "rollout", "undo", f"deployment/{name}", "-n", namespace,
        f"--to-revision={revision}",
    )  # fmt: skip


@effect(timeout_s=2000)
def run_job(
    access: Access,
    job: Object,
    tell: Tell,
    *,
    budget_s: float = 1800,
    seq: int = 1,
    every_s: float = EVERY_S,
) -> tuple[tuple[str, ...], int]:
    """Run a Job to its end, such as the migrations; the one before of its name is deleted first.

    Returns:
        Its last lines, and the number of the next event.

    Raises:
        ProjectError: It fails, or is not done in time; the message has its last lines.
    """
    namespace = job["metadata"]["namespace"]
    run(access, "delete", "job", job["metadata"]["name"], "-n", namespace, "--ignore-not-found")
    seq = put(access, [job], tell, seq=seq)
    return _await_job(
        access, namespace, job["metadata"]["name"], tell,
        budget_s=budget_s, seq=seq, every_s=every_s,
    )  # fmt: skip


@effect(timeout_s=7300)
def back_up(
    access: Access,
    namespace: str,
    name: str,
    tell: Tell,
    *,
    budget_s: float = 7200,
    seq: int = 1,
    every_s: float = EVERY_S,
) -> tuple[tuple[str, ...], int]:
    """Run the nightly backup now, under this name; see `run_job`.

    Raises:
        ProjectError: There is none (HTTP 409), or it fails.
    """
    found = listed(access, "cronjob", "backup", "-n", namespace)
    if not found:
        raise ProjectError(
            f"{namespace} has no backup to run.",
            hint="Switch backups on and deploy once.",
            http_status=409,
        )
    job = job_of(found[0], name)
    return run_job(access, job, tell, budget_s=budget_s, seq=seq, every_s=every_s)


def last_lines(access: Access, namespace: str, trouble: Trouble) -> tuple[str, ...]:
    """What the container that is in trouble said last; nothing when it said nothing."""
    if not trouble.pod:
        return ()
    previous = ["--previous"] if trouble.ended else []
    try:
        said = run(
            access, "logs", trouble.pod, "-n", namespace, "-c", trouble.container,
            f"--tail={LOG_LINES}", *previous,
        )  # fmt: skip
    except ProjectError:
        return ()  # the pod is gone, and its words with it
    return tuple(line[:LINE_LENGTH] for line in said.splitlines()[-LOG_LINES:])


def _await_job(
    access: Access,
    namespace: str,
    name: str,
    tell: Tell,
    *,
    budget_s: float,
    seq: int,
    every_s: float,
) -> tuple[tuple[str, ...], int]:
    began, address = time.monotonic(), f"Job/{name}"
    while True:
        found = listed(access, "jobs,pods", "-n", namespace)
        job = next((one for one in found if address_of(one) == address), None)
        pods = [
            one
            for one in found
            if one["kind"] == "Pod" and one["metadata"].get("labels", {}).get("job-name") == name
        ]
        passed = round(time.monotonic() - began, 3)
        state, why = _state(job, pods)
        if not state and passed < budget_s:
            time.sleep(every_s)
            continue
        container = pods[-1]["spec"]["containers"][0]["name"] if pods else ""
        pod = pods[-1]["metadata"]["name"] if pods else ""
        log = last_lines(
            access, namespace,
            Trouble(resource=address, sentence="", pod=pod, container=container),
        )  # fmt: skip
        done = state == "Complete"
        sentence = "" if done else why or f"It was not done within {budget_s:g} s."
        tell(
            Event(
                seq=seq,
                type=EventType.DONE if done else EventType.FAILED,
                address=address,
                action="run",
                elapsed_s=passed,
                message=sentence,
            )
        )
        if not done:
            said = "\n  ".join(log) or "nothing"
            raise ProjectError(
                f"{address} failed: {sentence} Its last words were:\n  {said}",
                hint="Mend the cause and deploy again; the release before serves on.",
                http_status=409,
            )
        return log, seq + 1


def _state(job: Object | None, pods: Sequence[Object]) -> tuple[str, str]:
    """Complete or Failed with the reason; empty: it runs."""
    for condition in (job or {}).get("status", {}).get("conditions", ()):
        if condition["type"] in {"Complete", "Failed"} and condition["status"] == "True":
            return condition["type"], condition.get("message", "")
    for pod in pods:
        if (trouble := trouble_of_pod(pod)) is not None:
            return "Failed", trouble.sentence
    return "", ""


def _failed(seq: int, judgement: Judgement, elapsed_s: float) -> Event:
    return Event(
        seq=seq,
        type=EventType.FAILED,
        address=judgement.resource,
        action="roll_out",
        elapsed_s=elapsed_s,
        message=judgement.sentence,
    )
