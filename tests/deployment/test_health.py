from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.health import Gate, Health, Judgement, Reading, judge_health

GATE = Gate(budget_s=30, successes=3, failures=2)


def seen(*kinds: str, resource: str = "green", **more: Any) -> list[Reading]:
    return [
        Reading.model_validate({"at_s": second, "resource": resource, "kind": kind, **more})
        for second, kind in enumerate(kinds)
    ]


def judged(*kinds: str, elapsed_s: float = 5, **more: Any) -> Judgement:
    return judge_health(GATE, seen(*kinds, **more), ["green"], elapsed_s)


@pytest.mark.parametrize(
    ("kinds", "health", "sentence"),
    [
        ((), "waiting", "green does not answer yet."),
        (("silent", "silent", "silent"), "waiting", "green does not answer yet."),
        (("silent", "good", "good"), "waiting", "green has answered well 2 of 3 times."),
        (("bad", "good", "good", "good"), "healthy", "It is healthy."),
        (("good", "good", "bad"), "waiting", "green does not answer /health well."),
        (("bad", "bad"), "failed", "green answered /health wrongly 2 times in a row."),
        (("silent", "exited"), "failed", "green ended by itself."),
        (("good", "silent", "silent"), "failed", "answered and then fell silent"),
        (("silent", "restarted"), "failed", "it crashes at each start"),
    ],
)
def test_readings_are_judged(kinds: tuple[str, ...], health: str, sentence: str) -> None:
    found = judged(*kinds)
    assert found.health == health
    assert sentence in found.sentence


def test_a_failure_names_the_resource_its_answer_and_the_last_lines() -> None:
    log = tuple(f"line {number}" for number in range(50))
    found = judged("bad", "bad", detail="503", log=log)
    assert found.sentence == "green answered /health wrongly 2 times in a row (503)."
    assert found.resource == "green"
    assert found.log == log[-20:]


def test_the_budget_ends_the_waiting() -> None:
    assert judged("silent", elapsed_s=29.9).health is Health.WAITING
    found = judged("silent", elapsed_s=30)
    assert found.health is Health.FAILED
    assert found.sentence == "green was not healthy within 30 s: green does not answer yet."


def test_what_became_healthy_in_time_is_healthy_when_it_is_looked_at_later() -> None:
    assert judged("good", "good", "good", elapsed_s=99).health is Health.HEALTHY


def test_all_have_to_be_healthy_and_one_failure_decides() -> None:
    good = seen("good", "good", "good", resource="a")
    assert judge_health(GATE, good, ["a", "b"], 5).resource == "b"
    found = judge_health(GATE, [*good, *seen("exited", resource="b")], ["a", "b"], 5)
    assert (found.health, found.resource) == (Health.FAILED, "b")


@given(
    st.lists(st.sampled_from(["good", "bad", "silent", "exited", "restarted"]), max_size=12),
    st.floats(0, 60),
)
def test_there_is_always_an_answer_and_never_a_wait_past_the_budget(
    kinds: list[str], elapsed_s: float
) -> None:
    found = judged(*kinds, elapsed_s=elapsed_s)
    assert found.sentence.endswith(".")
    assert found.health is not Health.WAITING or elapsed_s < GATE.budget_s
    assert found.health is not Health.HEALTHY or kinds[-3:] == ["good"] * 3
