"""What was measured while people used a site: how many requests, how many got no answer, how long it took."""

from collections.abc import Sequence

from stackwright.value import Value


class Answer(Value):
    """One request and what came of it."""

    status: int  # 0: no answer
    release: str  # who answered; empty: nobody says
    took_s: float  # from when it was due, so that a stalled server is not flattered


class Figures(Value):
    """The figures of a switch."""

    requests: int
    dropped: int  # no answer, or one of a broken server (5xx)
    p50_ms: float
    p99_ms: float
    most_ms: float
    seconds: float
    by_release: dict[str, int] = {}  # answers each release gave

    def sentence(self) -> str:
        """One line for people."""
        return (
            f"{self.requests} requests in {self.seconds:.1f} s, {self.dropped} dropped, "
            f"half within {self.p50_ms:.0f} ms, 99 % within {self.p99_ms:.0f} ms."
        )


def figures(answers: Sequence[Answer], seconds: float) -> Figures:
    """The figures of these answers."""
    times = sorted(answer.took_s * 1000 for answer in answers) or [0.0]
    releases = sorted({answer.release for answer in answers if answer.release})
    return Figures(
        requests=len(answers),
        dropped=sum(is_dropped(answer) for answer in answers),
        p50_ms=round(_quantile(times, 0.50), 2),
        p99_ms=round(_quantile(times, 0.99), 2),
        most_ms=round(times[-1], 2),
        seconds=round(seconds, 3),
        by_release={name: sum(a.release == name for a in answers) for name in releases},
    )


def is_dropped(answer: Answer) -> bool:
    """Whether a user would have been left without what they asked for."""
    return answer.status == 0 or answer.status >= 500


def _quantile(times: Sequence[float], part: float) -> float:
    """The smallest of the sorted times that at least this part of them does not pass."""
    return times[max(0, -(-len(times) * int(part * 100) // 100) - 1)]
