"""Things in a row, each as near as it can be to where it would like to be."""

from collections.abc import Sequence
from typing import NamedTuple


class Wish(NamedTuple):
    """One thing: where its beginning should lie, how much that matters, and the room to the next one's beginning."""

    at: float
    weight: float
    room: float


def spaced(
    wishes: Sequence[Wish], low: float = float("-inf"), high: float = float("inf")
) -> list[float]:
    """Beginnings in this order, none closer than its room, with the least sum of weighted squared distances.

    Args:
        wishes: In the order in which they lie.
        low: Where the first may begin at the earliest.
        high: Where the last may begin at the latest.

    Source: isotonic regression by pooling adjacent violators, of the wishes less the rooms before them.
    """
    before = 0.0
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    offsets = []
    for wish in wishes:
        offsets.append(before)
        mean, weight, count = wish.at - before, wish.weight, 1
        while pools and pools[-1][0] >= mean:
            other, its, many = pools.pop()
            mean = (mean * weight + other * its) / (weight + its)
            weight, count = weight + its, count + many
        pools.append((mean, weight, count))
        before += wish.room
    last = offsets[-1] if offsets else 0.0
    level = [mean for mean, _, count in pools for _ in range(count)]
    return [
        max(low, min(one, high - last)) + offset for one, offset in zip(level, offsets, strict=True)
    ]
