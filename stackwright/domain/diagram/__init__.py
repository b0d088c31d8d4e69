"""A model as a picture: entities as boxes in columns, relations as lines with right angles."""

from collections.abc import Iterable, Mapping, Sequence

from stackwright.domain.diagram.contents import Content, contents, in_words, multiplicities
from stackwright.domain.diagram.layers import Block, blocks
from stackwright.domain.diagram.packing import moved_to_origin, packed
from stackwright.domain.diagram.picture import Box, Diagram, End, Line
from stackwright.domain.diagram.placing import LANE_PX, Route, stand
from stackwright.domain.diagram.routing import MARGIN_PX, TRACK_PX, crossings, tracks, width_px
from stackwright.domain.parsing import Sketch
from stackwright.domain.relation import Relation
from stackwright.errors import Finding

__all__ = ["Diagram", "draw"]

_MOST_BOXES, _MOST_LINES = 400, 1_200  # more than that nobody can read


def draw(sketches: Sequence[Sketch], findings: Iterable[Finding] = ()) -> Diagram:
    """The picture of a model, also of one with errors; the same model gives the same picture.

    Args:
        sketches: The entities.
        findings: What is wrong with the model: entities with errors and warnings are marked.
    """
    boxes = contents(sketches, findings)
    relations = [
        relation
        for one in sketches
        for relation in one.entity.relations
        if relation.target in boxes and relation.name in boxes[one.entity.name].ports
    ]
    if len(boxes) > _MOST_BOXES or len(relations) > _MOST_LINES:
        return Diagram(is_too_large=True)
    found = blocks(list(boxes), [(one.target, one.owner) for one in relations])
    at = {name: number for number, b in enumerate(found) for c in b.columns for name in c}
    inside: list[list[Relation]] = [[] for _ in found]
    for relation in relations:
        inside[at[relation.owner]].append(relation)
    parts = [_part(block, boxes, its) for block, its in zip(found, inside, strict=True)]
    return packed(parts, {name: number for number, name in enumerate(boxes)})


def _part(block: Block, boxes: Mapping[str, Content], relations: Sequence[Relation]) -> Diagram:
    """One group, by itself."""
    boxes = _grown(block, boxes, relations)
    placed = stand(block, boxes, relations)
    between = crossings(placed.routes)
    chosen = {at: tracks(found) for at, found in between.items()}
    x, lefts, widths = 0, [], []
    for at, column in enumerate(block.columns):
        lefts.append(x)
        widths.append(max((boxes[one].width for one in column if isinstance(one, str)), default=0))
        x += widths[-1] + width_px(chosen.get(at, {}), is_used=at in between)
    shown = [
        _box(boxes[one], lefts[at], round(placed.tops[one]), widths[at])
        for at, column in enumerate(block.columns)
        for one in column
        if isinstance(one, str)
    ]
    lines = [
        _line(number, route, lefts, widths, chosen) for number, route in enumerate(placed.routes)
    ]
    return moved_to_origin(shown, lines)


def _grown(
    block: Block, boxes: Mapping[str, Content], relations: Sequence[Relation]
) -> Mapping[str, Content]:
    """The boxes, those with many lines that lead to them made high enough."""
    arriving: dict[str, int] = {}
    for relation in relations:
        arriving[relation.target] = arriving.get(relation.target, 0) + 1
    return {
        name: boxes[name]
        if count * 8 <= boxes[name].fields_end - 18
        else _higher(boxes[name], count)
        for column in block.columns
        for name in column
        if isinstance(name, str)
        for count in [arriving.get(name, 0)]
    }


def _higher(content: Content, count: int) -> Content:
    more = count * LANE_PX + 6 - content.fields_end
    rows = tuple(
        row.model_copy(update={"y": row.y + more}) if row.kind == "relation" else row
        for row in content.rows
    )
    return content._replace(
        fields_end=content.fields_end + more,
        height=content.height + more,
        rows=rows,
        ports={name: y + more for name, y in content.ports.items()},
    )


def _box(content: Content, x: int, y: int, width: int) -> Box:
    has_rule = bool(content.ports) and content.fields_end > content.head + 4
    return Box(
        name=content.name,
        title=content.title,
        state=content.state,
        said=content.said,
        line=content.line,
        x=x,
        y=y,
        width=width,
        height=content.height,
        head=content.head,
        rule=y + content.fields_end if has_rule else None,
        rows=tuple(row.model_copy(update={"y": row.y + y}) for row in content.rows),
    )


def _line(
    number: int,
    route: Route,
    lefts: Sequence[int],
    widths: Sequence[int],
    chosen: Mapping[int, Mapping[tuple[int, int], int]],
) -> Line:
    """A line with its corners."""
    first, last = route.stops[0], route.stops[-1]
    start, end = (
        lefts[stop.column] + (widths[stop.column] if stop.side == "right" else 0)
        for stop in (first, last)
    )
    points = [(start, int(first.y))]
    for step, (one, other) in enumerate(zip(route.stops, route.stops[1:], strict=False)):
        column = min(one.column, other.column)
        track = chosen.get(column, {}).get((number, step))
        if track is not None:
            x = lefts[column] + widths[column] + MARGIN_PX + TRACK_PX * track
            points += [(x, int(one.y)), (x, int(other.y))]
    points.append((end, int(last.y)))
    at_owner, at_target = multiplicities(route.relation)
    return Line(
        owner=route.relation.owner,
        target=route.relation.target,
        name=route.relation.name,
        said=in_words(route.relation),
        points=tuple(points),
        ends=(
            End(x=start, y=int(first.y), side=first.side, multiplicity=at_owner),
            End(x=end, y=int(last.y), side=last.side, multiplicity=at_target),
        ),
    )
