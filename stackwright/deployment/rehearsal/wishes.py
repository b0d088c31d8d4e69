"""What a rehearsal is asked to go through: delays, failures, and which resource is which."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from stackwright.value import Value

Act = Literal["create", "update", "delete", "read"]


class Fault(Value):
    """A failure that is rehearsed."""

    address: str
    on: Act = "create"
    message: str = "This resource was asked to fail."
    times: Annotated[int, Field(description="After that it works.", ge=1)] = 1


class Expected(Value):
    """A resource of a plan, so that a provider, which is told no addresses, can tell which one it makes."""

    address: str
    kind: str
    known: Annotated[Mapping[str, Any], Field(description="What the plan knows of it.")] = {}


class Wishes(Value):
    """What the rehearsed clouds do beside answering."""

    delay_s: Annotated[float, Field(description="What each change takes.", ge=0)] = 0
    delays_s: Annotated[
        Mapping[str, float], Field(description="Address → what its change takes instead.")
    ] = {}
    faults: tuple[Fault, ...] = ()
    expected: tuple[Expected, ...] = ()

    def delay_of(self, address: str) -> float:
        """Seconds that a change of this resource takes."""
        return self.delays_s.get(address, self.delay_s)

    def fault_of(self, address: str, act: Act, spent: Mapping[str, int]) -> Fault | None:
        """The failure that is due, if there is one.

        Args:
            address: The resource.
            act: What is about to be done to it.
            spent: How often each failure has happened, by its place in the list.
        """
        for index, fault in enumerate(self.faults):
            due = spent.get(str(index), 0) < fault.times
            if due and (fault.address, fault.on) == (address, act):
                return fault
        return None


def expected_of(document: Mapping[str, Any]) -> tuple[Expected, ...]:
    """The resources that a plan makes or changes, from `terraform show -json`."""
    found = []
    for change in document.get("resource_changes", ()):
        after = change["change"].get("after")
        if change.get("mode") != "managed" or not isinstance(after, Mapping):
            continue
        secret = change["change"].get("after_sensitive") or {}
        known = {
            name: value
            for name, value in after.items()
            if _is_plain(value) and not (isinstance(secret, Mapping) and secret.get(name))
        }
        found.append(Expected(address=change["address"], kind=change["type"], known=known))
    return tuple(found)


def recognise(
    expected: Sequence[Expected], kind: str, values: Mapping[str, Any], taken: frozenset[str]
) -> str:
    """The address of the resource with these values; of several that look alike, one that is not taken.

    Args:
        expected: The resources of the plan.
        kind: Such as aws_vpc.
        values: What is made, as the provider is told it.
        taken: Addresses that were recognised before.

    Returns:
        Its address; empty: it is in no plan that we know.
    """
    fits = [
        one.address
        for one in expected
        if one.kind == kind and all(values.get(name) == value for name, value in one.known.items())
    ]
    return next((address for address in fits if address not in taken), fits[0] if fits else "")


def _is_plain(value: Any) -> bool:
    """Whether it looks the same to everybody: text, numbers, and maps of them; nothing that may be ordered."""
    if isinstance(value, Mapping):
        return all(isinstance(inner, str | int | float | bool) for inner in value.values())
    return isinstance(value, str | int | float | bool)
