"""How much of what a published project has."""

from collections.abc import Callable

from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.value import Value


class Figure(Value):
    """What files of one sort come to."""

    name: str
    files: int
    lines: int
    tests: int
    size_bytes: int


class Metrics(Value):
    """All figures, the largest sort first."""

    total: Figure
    packs: tuple[Figure, ...]
    kinds: tuple[Figure, ...]
    units: tuple[Figure, ...]
    extensions: tuple[Figure, ...]


def metrics(index: OutputIndex) -> Metrics:
    """The figures of a published project."""
    return Metrics(
        total=_figure(index.project, list(index.files)),
        packs=_by(index, lambda file: file.pack),
        kinds=_by(index, lambda file: file.kind),
        units=_by(index, lambda file: file.unit),
        extensions=_by(index, lambda file: file.extension),
    )


def _by(index: OutputIndex, sort: Callable[[OutputFile], str]) -> tuple[Figure, ...]:
    groups: dict[str, list[OutputFile]] = {}
    for file in index.files:
        groups.setdefault(sort(file), []).append(file)
    figures = [_figure(name, files) for name, files in groups.items()]
    return tuple(sorted(figures, key=lambda figure: (-figure.lines, -figure.files, figure.name)))


def _figure(name: str, files: list[OutputFile]) -> Figure:
    return Figure(
        name=name,
        files=len(files),
        lines=sum(file.lines for file in files),
        tests=sum(file.tests for file in files),
        size_bytes=sum(file.size_bytes for file in files),
    )
