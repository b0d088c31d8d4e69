"""What targets do differently is known wherever a target is described."""

from pathlib import Path

import pytest

import stackwright.deployment.stacks
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import Target
from stackwright.deployment.stacks.limits import LIMITS, limits

STACKS = Path(stackwright.deployment.stacks.__file__).parent
DESCRIBED = [one for one in Target if (STACKS / f"{one.value}.py").is_file()]


@pytest.mark.parametrize("target", DESCRIBED)
def test_every_target_that_has_a_stack_says_what_it_does_differently(target: Target) -> None:
    assert target in LIMITS
    risky = {"high_availability": True, "public": True, "replicas": 2}
    chosen = {"name": "shop", "cloud": {"target": target}, "database": risky}
    found = limits(Deployment.model_validate(chosen))
    assert found
    assert all(one.message.endswith(".") and one.hint for one in found)


def test_this_machine_has_none() -> None:
    assert limits(Deployment(name="shop")) == ()
