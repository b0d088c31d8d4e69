"""What `kubectl` complains about, in a sentence with what to do next."""

import re
from collections.abc import Sequence

from stackwright.errors import ProjectError

CASES = (
    (
        r"connection refused|no such host|i/o timeout|network is unreachable|TLS handshake timeout",
        "The cluster cannot be reached",
        "Look at the address in the kubeconfig, and whether it is reached from here.",
        502,
    ),
    (
        r"You must be logged in|Unauthorized|getting credentials|provide credentials",
        "The cluster does not accept the credentials",
        "Renew them; tokens of providers end after some time.",
        502,
    ),
    (
        r"is forbidden: User|cannot (?:get|list|patch|create|delete) resource",
        "The credentials may not do that in the cluster",
        "Let its administrator bind the role for it to this account.",
        403,
    ),
    (
        r"no matches for kind|doesn't have a resource type|the server could not find the requested resource",
        "The cluster does not know a kind of object",
        "Install what defines it (Gateway API, Prometheus operator, External Secrets), or say that it is not there.",
        409,
    ),
    (
        r"violates PodSecurity",
        "The cluster refuses pods that may do too much",
        "Keep the hardening of the template, or look which patch takes it off.",
        409,
    ),
    (
        r"exceeded quota",
        "The namespace has no room for it",
        "Ask for a larger quota, or choose smaller instances.",
        409,
    ),
    (
        r"field is immutable|Forbidden: updates to",
        "A part of it cannot be changed in place",
        "Delete the object and apply it again; the plan says what goes with it.",
        409,
    ),
    (
        r"unknown field|is invalid|strict decoding error|ValidationError",
        "The cluster refuses an object",
        "Mend the overlay; the message names the field.",
        422,
    ),
)
LENGTH = 1500


def explained(said: str, words: Sequence[str]) -> ProjectError:
    """An error that begins with what it means and ends with what was said.

    Args:
        said: What `kubectl` printed.
        words: The command.
    """
    lines = [line for line in said.splitlines() if line.strip() and not _is_noise(line)]
    text = "\n".join(lines).strip()[-LENGTH:] or "nothing"
    for pattern, message, hint, status in CASES:
        if re.search(pattern, said):
            return ProjectError(f"{message}: {text}", hint=hint, http_status=status)
    verb = next((word for word in words if "/" not in word and word[:1] != "-"), "")
    return ProjectError(
        f"`kubectl {verb}` failed: {text}", hint="Look at what it said.", http_status=502
    )


def _is_noise(line: str) -> bool:
    """Lines that repeat what a later one says: klog's of discovery, and those about throttling."""
    return bool(re.match(r"[EIW]\d{4} ", line))
