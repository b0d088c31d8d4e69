"""How long Terraform plans and makes a whole product, with the rehearsal in place of the clouds' providers."""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.budgets import Figure
from stackwright.deployment.config import Deployment
from stackwright.deployment.rehearsal.wishes import Wishes, expected_of
from stackwright.deployment.targets.terraform import read_plan
from tasks import terraform
from tasks.rehearsal.cloud import wish
from tasks.stacks import stack_folder, stack_variables
from tasks.terraform_folder import Place, lay_out

PLAN_S = 5.0  # of 60 resources or more; Terraform itself takes most of it
_PRODUCTION = {
    "name": "bench",
    "cloud": {"target": "aws", "region": "eu-central-1"},
    "setting": {"environment": "production"},
    "address": {"domain": "bench.example.com"},
    "watching": {"mails": ["on-call@example.com"]},
}


def rehearsing(runs: int) -> list[Figure]:
    """The figures of the AWS template with what production needs."""
    with tempfile.TemporaryDirectory(prefix="stackwright-bench-") as folder:
        place = Place(folder=Path(folder) / "work", rehearses=True)
        deployment = Deployment.model_validate(_PRODUCTION)
        lay_out(place, stack_folder("aws", "terraform"), stack_variables(deployment, "example/a:1"))
        terraform.init(place)
        timed = [_timed(lambda: terraform.plan(place)) for _ in range(max(3, runs))]
        document = timed[0][0]
        count = len(read_plan(document).steps)
        wish(place.rehearsal, Wishes(expected=expected_of(document)))
        made, made_s, _ = _timed(lambda: terraform.apply(place, lambda _: None))
    plans = sorted(seconds for _, seconds, _ in timed)
    cpu = sorted(cpu_s for _, _, cpu_s in timed)
    name = f"rehearsal of {count} resources"
    return [
        Figure(f"{name}: plan, wall", round(plans[len(plans) // 2], 2), "s", PLAN_S),
        Figure(f"{name}: plan, CPU", round(cpu[len(cpu) // 2], 2), "s"),
        Figure(f"{name}: apply, wall", round(made_s, 2), "s"),
        Figure(f"{name}: made", made.added, "resources", count, "higher"),
    ]


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, the seconds it took and those of the processors in child processes."""
    cpu, began = _children_s(), time.perf_counter()
    found = work()
    return found, time.perf_counter() - began, _children_s() - cpu


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
