"""Which entities stand in which column, and where long relations pass between the boxes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    made = [_layered(group, its) for group, its in _groups(names, list(found.values()))]
    connected = {name for pair in found for name in pair}
    made += [Block(((name,),), {}) for name in names if name not in connected]
    order = {name: at for at, name in enumerate(names)}
    return sorted(made, key=lambda block: _first(block, order))


def _first(block: Block, order: Mapping[str, int]) -> int:
    return min(order[one] for column in block.columns for one in column if isinstance(one, str))


def _groups(
    names: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """The boxes that hang together, with their pairs."""
    group = {name: name for name in names}

    def first(name: str) -> str:
        while group[name] != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    for left, right in pairs:
        group[first(left)] = first(right)
    for chosen in dict.fromkeys(first(left) for left, _ in pairs):
        together = [name for name in names if first(name) == chosen]
        yield together, [pair for pair in pairs if first(pair[0]) == chosen]


def _layered(group: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Block:
    """The columns of one group; of several at once the library mixes up boxes and gaps (0.5.3)."""
    # costs 50 ms to load, and only pictures need it
    from fast_sugiyama import from_edges

    number = {name: at for at, name in enumerate(group)}
    ((positions, _, _, edges),) = from_edges(
        [(number[left], number[right]) for left, right in pairs]
    )
    places = [(int(at), x, y) for at, (x, y) in positions]
    named: dict[int | str, Item] = {at: group[at] if at < len(group) else at for at, _, _ in places}
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
    return Block(columns, {pair: _way(*pair, near) for pair in pairs})


def _way(start: str, end: str, near: Mapping[Item, Sequence[Item]]) -> tuple[Item, ...]:
    """From one box to another, through gaps only."""
    for first in near[start]:
        way: list[Item] = [start, first]
        while isinstance(way[-1], int):
            way.append(next(one for one in near[way[-1]] if one != way[-2]))
        if way[-1] == end:
            return tuple(way)
    raise AssertionError(f"{start} and {end} are not connected")  # the layout holds every pair
