"""One effect with its own retry and time limit: the policy is data beside the function, without an orchestrator."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from stackwright.value import Value

P = ParamSpec("P")
R = TypeVar("R")


class Policy(Value):
    """How an orchestrator runs an effect."""

    retries: int = 0  # further attempts after the first
    delays_s: tuple[float, ...] = (1.0, 3.0, 10.0)  # before each further attempt; the last repeats
    timeout_s: float | None = None
    persist: bool = False  # keep the result, so that a retried run does not do it again


def effect(
    *,
    retries: int = 0,
    delays_s: tuple[float, ...] = (1.0, 3.0, 10.0),
    timeout_s: float | None = None,
    persist: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a plain function as an effect with this policy; the function itself stays as it is."""
    policy = Policy(retries=retries, delays_s=delays_s, timeout_s=timeout_s, persist=persist)

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        _POLICIES[function] = policy
        return function

    return mark


def policy_of(function: Callable[..., object]) -> Policy:
    """The policy of an effect; the default one for a function that was not marked."""
    return _POLICIES.get(function, Policy())


_POLICIES: dict[Callable[..., object], Policy] = {}
