"""Which entities stand in which column, and where long relations pass between the boxes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Item = str | int  # a box by its name, or a gap that a long line passes through


class Block(NamedTuple):
    """Entities that belong together, in columns from left to right, each from top to bottom."""

    columns: tuple[tuple[Item, ...], ...]
    ways: Mapping[tuple[str, str], tuple[Item, ...]]  # pair → what its lines pass, ends included


def blocks(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """One block for each group of entities that are connected, in the order of the model.

    Args:
        names: All boxes.
        pairs: Boxes with a relation between them: the one to stand left, the one to stand right.
    """
    found: dict[frozenset[str], tuple[str, str]] = {}
    for left, right in pairs:
        if left != right:
            found.setdefault(frozenset((left, right)), (left, right))
    connected = [name for name in names if any(name in pair for pair in found)]
    made = _layered(connected, list(found.values())) if found else []
    made += [Block(((name,),), {}) for name in names if name not in set(connected)]
    order = {name: at for at, name in enumerate(names)}
    return sorted(made, key=lambda block: _first(block, order))


def _first(block: Block, order: Mapping[str, int]) -> int:
    return min(order[one] for column in block.columns for one in column if isinstance(one, str))


def _layered(connected: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[Block]:
    # costs 50 ms to load, and only pictures need it
    from fast_sugiyama import from_edges

    number = {name: at for at, name in enumerate(connected)}
    layouts = from_edges([(number[left], number[right]) for left, right in pairs])
    made = []
    for positions, _, _, edges in layouts:
        places = [(int(at), x, y) for at, (x, y) in positions]
        named: dict[int | str, Item] = {
            at: connected[at] if at < len(connected) else at for at, _, _ in places
        }
        layers: dict[float, list[tuple[float, int]]] = {}
        for at, x, y in places:
            layers.setdefault(y, []).append((x, at))
        columns = tuple(
            tuple(named[at] for _, at in sorted(layers[y])) for y in sorted(layers, reverse=True)
        )
        near: dict[Item, list[Item]] = {}
        for left, right in sorted(set(edges or ())):
            near.setdefault(named[left], []).append(named[right])
            near.setdefault(named[right], []).append(named[left])
        ways = {}
        for left, right in pairs:
            if left in near:
                ways[left, right] = _way(left, right, near)
        made.append(Block(columns, ways))
    return made


def _way(start: str, end: str, near: Mapping[Item, Sequence[Item]]) -> tuple[Item, ...]:
    """From one box to another, through gaps only."""
    for first in near[start]:
        way: list[Item] = [start, first]
        while isinstance(way[-1], int):
            way.append(next(one for one in near[way[-1]] if one != way[-2]))
        if way[-1] == end:
            return tuple(way)
    raise AssertionError(f"{start} and {end} are not connected")  # the layout holds every pair
