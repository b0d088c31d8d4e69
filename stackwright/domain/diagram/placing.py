"""Where boxes stand in their columns, and at which height lines meet them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stackwright.domain.diagram.contents import Content
from stackwright.domain.diagram.layers import Block, Item
from stackwright.domain.diagram.picture import Side
from stackwright.domain.diagram.spacing import Wish, spaced
from stackwright.domain.relation import Relation

GAP_PX = 26  # between boxes, one above the other
LANE_PX = 13  # between lines
_SWEEPS = 4
_STRAIGHT_PX = 7  # a smaller step in a line would look like a mistake


@dataclass
class Stop:
    """Where a line meets a box or passes a column."""

    item: Item
    column: int
    offset: float  # from the upper edge of the item
    side: Side = "left"  # of a box
    is_free: bool = False  # whether it may move along the box

    y: float = 0.0


@dataclass
class Route:
    """The stops of a line, from its owner to its target."""

    relation: Relation
    stops: list[Stop] = field(default_factory=list)

    @property
    def is_loop(self) -> bool:
        """Whether it leads back to where it comes from."""
        return self.stops[0].item == self.stops[-1].item


@dataclass
class Stand:
    """One block with everything at its height."""

    tops: dict[Item, float]
    heights: dict[Item, float]
    routes: list[Route]


def stand(block: Block, contents: Mapping[str, Content], relations: Sequence[Relation]) -> Stand:
    """The heights of everything in a block.

    Args:
        block: Which box is where.
        contents: All boxes.
        relations: Those of the boxes in this block.
    """
    column = {item: at for at, items in enumerate(block.columns) for item in items}
    routes = [_route(relation, block, contents, column) for relation in relations]
    heights = _heights(block, contents, routes)
    placed = Stand({}, heights, routes)
    for items in block.columns:
        y = 0.0
        for item in items:
            placed.tops[item] = y
            y += heights[item] + GAP_PX
    _settle(block, placed)
    for _ in range(2):
        _spread(placed, contents)
        _sweep(block, placed, range(len(block.columns)), {-1, 1})
    _spread(placed, contents)
    _straighten(placed)
    return placed


def _route(
    relation: Relation, block: Block, contents: Mapping[str, Content], column: Mapping[Item, int]
) -> Route:
    owner, target = relation.owner, relation.target
    port = contents[owner].ports[relation.name]
    if relation.is_self:
        stops = [
            Stop(owner, column[owner], port, "right"),
            Stop(owner, column[owner], contents[owner].head / 2, "right", is_free=True),
        ]
        return Route(relation, stops)
    way = block.ways.get((owner, target)) or block.ways[target, owner][::-1]
    stops = [Stop(item, column[item], 0.0) for item in way]
    first, last = stops[0], stops[-1]
    first.offset, last.offset = port, contents[target].fields_end / 2
    first.side = "right" if stops[1].column > first.column else "left"
    last.side = "right" if stops[-2].column > last.column else "left"
    last.is_free = True
    return Route(relation, stops)


def _heights(
    block: Block, contents: Mapping[str, Content], routes: Iterable[Route]
) -> dict[Item, float]:
    """Of boxes and of gaps; a gap has one lane for each line that passes."""
    heights: dict[Item, float] = {
        item: contents[item].height if isinstance(item, str) else 0.0
        for items in block.columns
        for item in items
    }
    for route in routes:
        for stop in route.stops[1:-1]:
            stop.offset = heights[stop.item] + LANE_PX / 2
            heights[stop.item] += LANE_PX
    return heights


def _settle(block: Block, placed: Stand) -> None:
    order = range(len(block.columns))
    for _ in range(_SWEEPS):
        _sweep(block, placed, order, {-1})
        _sweep(block, placed, reversed(order), {1})
    _sweep(block, placed, order, {-1, 1})


def _sweep(block: Block, placed: Stand, order: Iterable[int], sides: set[int]) -> None:
    """Move the boxes of each column towards what they are connected with on these sides."""
    links: dict[Item, list[tuple[Stop, Stop]]] = {}
    for route in placed.routes:
        for one, other in zip(route.stops, route.stops[1:], strict=False):
            if other.column - one.column in sides:
                links.setdefault(one.item, []).append((one, other))
            if one.column - other.column in sides:
                links.setdefault(other.item, []).append((other, one))
    for at in order:
        wishes = []
        items = block.columns[at]
        for number, item in enumerate(items):
            drawn = [
                (placed.tops[other.item] + other.offset - one.offset, _pull(one, other))
                for one, other in links.get(item, ())
            ]
            weight = sum(pull for _, pull in drawn)
            near = items[number + 1] if number + 1 < len(items) else None
            is_narrow = isinstance(item, int) or isinstance(near, int)
            wishes.append(
                Wish(
                    at=sum(at * pull for at, pull in drawn) / weight
                    if drawn
                    else placed.tops[item],
                    weight=weight or 0.1,
                    room=placed.heights[item] + (LANE_PX if is_narrow else GAP_PX),
                )
            )
        for item, top in zip(items, spaced(wishes), strict=True):
            placed.tops[item] = top


def _pull(one: Stop, other: Stop) -> int:
    """How much it matters that a line stays at its height: the most where it passes between boxes."""
    return (1, 3, 8)[isinstance(one.item, int) + isinstance(other.item, int)]


def _spread(placed: Stand, contents: Mapping[str, Content]) -> None:
    """Give every line its own height at the box it leads to, in the order in which lines arrive."""
    arriving: dict[tuple[str, Side], list[tuple[float, int, Stop]]] = {}
    for number, route in enumerate(placed.routes):
        last, before = route.stops[-1], route.stops[-2]
        wished = placed.tops[before.item] + before.offset - placed.tops[last.item]
        if route.is_loop:
            wished = -route.stops[0].offset  # outer loops lead higher
        if isinstance(last.item, str):
            arriving.setdefault((last.item, last.side), []).append((wished, number, last))
    for (name, _), stops in arriving.items():
        stops.sort(key=lambda one: one[:2])
        low, high = LANE_PX, contents[name].fields_end - LANE_PX / 2
        step = min(LANE_PX, (high - low) / max(len(stops) - 1, 1))
        places = spaced([Wish(wished, 1, step) for wished, _, _ in stops], low, high)
        for place, (_, _, stop) in zip(places, stops, strict=True):
            stop.offset = place


def _straighten(placed: Stand) -> None:
    """Round all heights, and take out steps that are too small to mean anything."""
    for item, top in placed.tops.items():
        placed.tops[item] = float(round(top))
    stops = [stop for route in placed.routes for stop in route.stops]
    sides: dict[tuple[Item, Side], list[Stop]] = {}
    for stop in stops:
        stop.y = round(placed.tops[stop.item] + stop.offset)
        sides.setdefault((stop.item, stop.side), []).append(stop)
    for route in placed.routes:
        for one, other in zip(route.stops, route.stops[1:], strict=False):
            if one.column == other.column or not 0 < abs(one.y - other.y) < _STRAIGHT_PX:
                continue
            for moved, kept in ((other, one), (one, other)):
                beside = sides[moved.item, moved.side]
                is_clear = all(it is moved or abs(it.y - kept.y) > 5 for it in beside)
                if (moved.is_free or isinstance(moved.item, int)) and is_clear:
                    moved.y = kept.y
                    break
