"""Groups of entities side by side on one sheet."""

from collections.abc import Mapping, Sequence

from stackwright.domain.diagram.picture import Box, Diagram, End, Line, Row

EDGE_PX = 12  # around everything
_APART_PX = 36  # between groups that have nothing to do with each other
_SHAPE = 1.7  # how much wider than high the sheet is to be


def moved_to_origin(boxes: Sequence[Box], lines: Sequence[Line]) -> Diagram:
    """A diagram of these boxes and lines that begins in the upper left corner."""
    xs = [x for line in lines for x, _ in line.points] + [box.x + box.width for box in boxes]
    ys = [y for line in lines for _, y in line.points]
    tops, bottoms = [box.y for box in boxes] + ys, [box.y + box.height for box in boxes] + ys
    top = min(tops)
    moved = _moved(Diagram(boxes=tuple(boxes), lines=tuple(lines)), 0, -top)
    return moved.model_copy(update={"width": max(xs), "height": max(bottoms) - top})


def _moved(part: Diagram, dx: int, dy: int) -> Diagram:
    def row(one: Row) -> Row:
        return one.model_copy(update={"y": one.y + dy})

    def box(one: Box) -> Box:
        place = {
            "x": one.x + dx,
            "y": one.y + dy,
            "rule": None if one.rule is None else one.rule + dy,
            "rows": tuple(row(each) for each in one.rows),
        }
        return one.model_copy(update=place)

    def end(one: End) -> End:
        return one.model_copy(update={"x": one.x + dx, "y": one.y + dy})

    def line(one: Line) -> Line:
        place = {
            "points": tuple((x + dx, y + dy) for x, y in one.points),
            "ends": tuple(end(each) for each in one.ends),
        }
        return one.model_copy(update=place)

    return part.model_copy(
        update={
            "boxes": tuple(box(one) for one in part.boxes),
            "lines": tuple(line(one) for one in part.lines),
        }
    )


def packed(parts: Sequence[Diagram], order: Mapping[str, int]) -> Diagram:
    """All groups on one sheet, in rows, the largest first; its boxes in the order of the model."""
    if not parts:
        return Diagram()
    area = sum((part.width + _APART_PX) * (part.height + _APART_PX) for part in parts)
    most = max(*(part.width for part in parts), int((area * _SHAPE) ** 0.5))
    x = y = EDGE_PX
    below = width = 0
    boxes: list[Box] = []
    lines: list[Line] = []
    for part in sorted(parts, key=lambda one: -len(one.boxes)):
        if x > EDGE_PX and x + part.width > most + EDGE_PX:
            x, y, below = EDGE_PX, y + below + _APART_PX, 0
        moved = _moved(part, x, y)
        boxes += moved.boxes
        lines += moved.lines
        below = max(below, part.height)
        width = max(width, x + part.width)
        x += part.width + _APART_PX
    boxes.sort(key=lambda box: order[box.name])
    return Diagram(
        width=width + EDGE_PX, height=y + below + EDGE_PX, boxes=tuple(boxes), lines=tuple(lines)
    )
