"""Where each line of a generated file comes from."""

from collections.abc import Sequence

from pydantic import Field

from stackwright.value import Value


class LineOrigin(Value):
    """Neighbouring lines that come from one line of a template for one element of the model."""

    first: int = Field(description="The first of the lines, counted from 1.")
    lines: int
    template: str = Field(description="Path below templates/.")
    line: int = Field(description="Of the template, counted from 1.")
    element: str = Field(
        "", description="Such as `entities.Book.fields.title`; empty: the file as a whole."
    )


class Provenance(Value):
    """Where the lines of a file come from."""

    path: str
    pack: str = ""
    unit: str = ""
    template: str = Field("", description="The template that most of it comes from.")
    copied: bool = Field(default=False, description="Whether the template is the file itself.")
    origins: tuple[LineOrigin, ...] = ()


def traced(
    path: str, pack: str, unit: str, runs: Sequence[Sequence[str | int]], lines: int
) -> Provenance:
    """The provenance of a file from what its generation noted.

    Args:
        path: Of the file.
        pack: The name of the folder below templates/.
        unit: The entity it belongs to, or `project`.
        runs: `[lines, template, line, element]` each, in order.
        lines: How many lines the file has; what was noted beyond them is left out.
    """
    found: list[LineOrigin] = []
    first = 1
    weights: dict[str, int] = {}
    for count, template, line, element in runs:
        shown = min(int(count), lines - first + 1)
        if shown <= 0:
            break
        name = f"{pack}/{template}"
        weights[name] = weights.get(name, 0) + shown
        found.append(
            LineOrigin(
                first=first, lines=shown, template=name, line=int(line), element=str(element)
            )
        )
        first += shown
    main = [name for name in weights if name.startswith(f"{pack}/files/")] or list(weights)
    return Provenance(
        path=path,
        pack=pack,
        unit=unit,
        template=max(main, key=lambda name: weights[name], default=""),
        origins=tuple(found),
    )


def copied(path: str, pack: str, unit: str, template: str, lines: int) -> Provenance:
    """The provenance of a file that is its template, byte for byte."""
    whole = tuple(
        LineOrigin(first=number, lines=1, template=template, line=number)
        for number in range(1, lines + 1)
    )
    return Provenance(
        path=path, pack=pack, unit=unit, template=template, copied=True, origins=whole
    )
