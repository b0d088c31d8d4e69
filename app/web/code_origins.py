"""Where the lines of a file come from: beside its template, and line by line with the element of the model."""

from typing import Any

from app.edge.aside import aside
from app.edge.parts import Parts
from app.storage import projects
from app.web.code_lines import Text, origin_by_line, told
from app.web.code_place import Shown
from stackwright.generation.preview.model_lines import model_lines, words
from stackwright.generation.preview.provenance import LineOrigin, Provenance
from tasks.outputs import template_text

AROUND = 3  # lines of a template or model shown around the one that is told about


async def beside_template(
    here: Shown, text: Text, known: Provenance, chosen: str
) -> dict[str, Any]:
    """The rows of a file and of a template, each with the way to the other."""
    used: dict[str, int] = {}
    for origin in known.origins:
        used[origin.template] = used.get(origin.template, 0) + origin.lines
    name = chosen if chosen in used else known.template
    if not name:
        return {"template": "", "templates": []}

    def href(template: str) -> str:
        main = template == known.template
        return here.url(path=known.path, view="template", template="" if main else template)

    source = await aside(_template, name)
    origins, first = origin_by_line(known), dict[int, int]()
    for row in text.rows:
        if (its := origins.get(row["number"])) is None:
            continue
        anchor = f"#T{its.line}"
        if its.template == name:
            first.setdefault(its.line, row["number"])
            row["origin"] = {"href": anchor, "label": told(its)}
        else:
            row["origin"] = {"href": f"{href(its.template)}{anchor}", "label": told(its)}
            row["is_elsewhere"] = True
    for row in source.rows:
        if (number := first.get(row["number"])) is not None:
            row["origin"] = {"href": f"#L{number}", "label": f"Makes line {number}"}
    return {
        "template": name,
        "source": source,
        "templates": [
            {"name": one, "lines": lines, "href": href(one), "is_current": one == name}
            for one, lines in sorted(used.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
    }


async def line_by_line(
    here: Shown, parts: Parts, text: Text, known: Provenance, chosen: int, *, links: bool
) -> dict[str, Any]:
    """The rows of a file with what each comes from, and the chosen line at length."""
    async with parts.storage.session() as session:
        model = await projects.model(session, here.run.project_id, here.run.model)
    elements = {origin.element for origin in known.origins if origin.element}
    lines = await aside(model_lines, model[1], elements) if model and elements else {}
    origins = origin_by_line(known)
    before: LineOrigin | None = None
    for row in text.rows:
        number = row["number"]
        origin = origins.get(number)
        row["href"] = here.url(path=known.path, view="provenance", line=number) + f"#L{number}"
        row["is_chosen"] = number == chosen
        if origin and origin is not before:
            row["from"] = _from(here, known, origin, lines, links=links)
        before = origin
    told_of = origins.get(chosen)
    return {
        "is_generated": bool(known.origins),
        "chosen": chosen if chosen <= text.total else 0,
        "told": await _at_length(here, known, told_of, lines, model, links=links)
        if told_of
        else None,
    }


async def _at_length(
    here: Shown,
    known: Provenance,
    origin: LineOrigin,
    lines: dict[str, int],
    model: tuple[Any, str] | None,
    *,
    links: bool,
) -> dict[str, Any]:
    """One origin with the lines around it."""
    source = await aside(_template, origin.template)
    told_of = _from(here, known, origin, lines, links=links)
    told_of["template_rows"] = _around(source, origin.line)
    line = lines.get(origin.element, 0)
    if line and model:
        text = await aside(_model, model[1])
        told_of["model_rows"] = _around(text, line)
        told_of["model_line"] = line
    return told_of


def _from(
    here: Shown, known: Provenance, origin: LineOrigin, lines: dict[str, int], *, links: bool
) -> dict[str, Any]:
    template = "" if origin.template == known.template else origin.template
    view = here.url(path=known.path, view="template", template=template)
    line = lines.get(origin.element, 0)
    model = f"/projects/{here.run.project_id}/model#L{line}" if line and links else ""
    return {
        "template": origin.template,
        "name": origin.template.rpartition("/")[2],
        "line": origin.line,
        "href": f"{view}#T{origin.line}",
        "element": words(origin.element) if origin.element else "",
        "model_href": model,
        "model_rows": [],
        "model_line": line,
    }


def _template(name: str) -> Text:
    """The text of a template, with its own marks told from what it writes."""
    return Text(name, template_text(name))


def _model(text: str) -> Text:
    return Text("model.yaml", text)


def _around(text: Text, line: int) -> list[dict[str, Any]]:
    rows = text.rows[max(0, line - 1 - AROUND) : line + AROUND]
    return [{**row, "is_chosen": row["number"] == line} for row in rows]
