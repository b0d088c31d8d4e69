"""Figures of a switch."""

from stackwright.deployment.hosting.figures import Answer, figures


def test_figures_count_what_got_no_answer_and_how_long_people_waited() -> None:
    answers = [Answer(status=200, release="1", took_s=number / 1000) for number in range(1, 99)]
    answers += [
        Answer(status=0, release="", took_s=2.0),
        Answer(status=502, release="2", took_s=1.0),
    ]
    told = figures(answers, 10.0)
    assert (told.requests, told.dropped) == (100, 2)
    assert (told.p50_ms, told.p99_ms, told.most_ms) == (50.0, 1000.0, 2000.0)
    assert told.by_release == {"1": 98, "2": 1}
    assert "2 dropped" in told.sentence()


def test_a_refusal_is_an_answer_too() -> None:
    assert figures([Answer(status=401, release="1", took_s=0.0)], 1.0).dropped == 0


def test_without_requests_there_is_nothing_to_tell() -> None:
    assert figures([], 0.0).requests == 0
