"""The way of lines between two columns: each has a track of its own where it goes up or down."""

from collections.abc import Iterable
from typing import NamedTuple

from stackwright.domain.diagram.placing import Route

TRACK_PX = 10
MARGIN_PX = 30  # between a box and the first track: room for the marks at the ends
_CLEAR_PX = 4  # between two lines on one track


class Crossing(NamedTuple):
    """A line between two columns; `left` and `right` are heights."""

    route: int
    step: int  # between which of its stops
    left: float
    right: float
    is_loop: bool

    @property
    def span(self) -> tuple[float, float]:
        """From its highest to its lowest point."""
        return min(self.left, self.right), max(self.left, self.right)


def crossings(routes: Iterable[Route]) -> dict[int, list[Crossing]]:
    """Column → the lines between it and the next one."""
    found: dict[int, list[Crossing]] = {}
    for number, route in enumerate(routes):
        for step, (one, other) in enumerate(zip(route.stops, route.stops[1:], strict=False)):
            left, right = (one, other) if one.column <= other.column else (other, one)
            crossing = Crossing(number, step, left.y, right.y, left.column == right.column)
            found.setdefault(left.column, []).append(crossing)
    return found


def tracks(found: Iterable[Crossing]) -> dict[tuple[int, int], int]:
    """Route and step → its track, counted from 0 at the left, with few lines that cross.

    Loops come first. Of lines that go down, one that begins higher turns later; of lines that go up, one
    that begins lower.
    """
    bent = [one for one in found if one.left != one.right]
    loops = sorted((one for one in bent if one.is_loop), key=lambda one: one.span[1] - one.span[0])
    down = sorted((o for o in bent if not o.is_loop and o.right > o.left), key=lambda o: -o.left)
    up = sorted((o for o in bent if not o.is_loop and o.right < o.left), key=lambda o: o.left)
    taken: list[list[tuple[float, float]]] = []
    chosen: dict[tuple[int, int], int] = {}
    for group in (loops, down, up):
        placed: list[tuple[Crossing, int]] = []
        for one in group:
            low, high = one.span
            first = 0
            for other, track in placed:
                if other.span[0] <= high + _CLEAR_PX and low <= other.span[1] + _CLEAR_PX:
                    first = max(first, track + 1)
            track = first
            while track < len(taken) and any(
                top <= high + _CLEAR_PX and low <= bottom + _CLEAR_PX
                for top, bottom in taken[track]
            ):
                track += 1
            if track == len(taken):
                taken.append([])
            taken[track].append((low, high))
            placed.append((one, track))
            chosen[one.route, one.step] = track
    return chosen


def width_px(chosen: dict[tuple[int, int], int], *, is_used: bool) -> int:
    """How wide the space between two columns is."""
    if not is_used:
        return 0
    return 2 * MARGIN_PX + TRACK_PX * max((track for track in chosen.values()), default=0)
