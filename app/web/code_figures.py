"""How much of what a published project has, and what its checks found."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from app.edge.aside import aside
from app.edge.parts import Work
from app.storage import runs
from app.web.code_place import Looked, Shown, tabs
from app.web.rendering import has_page, page
from app.web.run_words import count, several, size
from stackwright.generation.preview.changes import changed_paths
from stackwright.generation.preview.metrics import Figure, metrics
from stackwright.generation.quality import Outcome

router = APIRouter(prefix="/runs/{run_id}/code", include_in_schema=False)

SORTS = 12  # of one group; the others are added up


@router.get("/figures")
async def figures_of(request: Request, here: Looked, session: Work) -> Response:
    """Figures by part, kind and extension, and the state of quality."""
    known = await aside(metrics, here.index)
    quality = await runs.quality(session, here.run.id)
    total = known.total
    groups = (("Part", known.packs), ("Kind", known.kinds), ("Extension", known.extensions))
    return page(
        request,
        "code_figures.html.jinja",
        title=f"{here.project.name}, run {here.run.number}",
        block=here.block(),
        shown=here,
        tabs=tabs(here, "figures"),
        totals=_totals(here, total),
        groups=[{"label": label, "rows": _rows(found, total)} for label, found in groups],
        checks=_checks(here),
        outcomes=_outcomes(quality.outcomes if quality else ()),
        run_href=f"/runs/{here.run.id}" if has_page(request, "/runs/{}") else "",
    )


def _totals(here: Shown, total: Figure) -> list[dict[str, str]]:
    value, unit = size(total.size_bytes)
    figures = [
        {"label": "Files", "value": count(total.files)},
        {"label": "Lines", "value": count(total.lines)},
        {"label": "Tests", "value": count(total.tests)},
        {"label": "Size", "value": value, "unit": unit},
    ]
    if here.older:
        counts = changed_paths(here.change_by_path)
        said = ", ".join(f"{number} {change.value}" for change, number in counts.items())
        note = f"since run {here.older.number}"
        changed = count(sum(counts.values()))
        figures.append({"label": "Changed", "value": changed, "note": f"{said or 'none'} {note}"})
    return figures


def _rows(found: Sequence[Figure], total: Figure) -> list[dict[str, Any]]:
    shown = list(found[:SORTS])
    if rest := found[SORTS:]:
        shown.append(
            Figure(
                name=f"{len(rest)} others",
                files=sum(one.files for one in rest),
                lines=sum(one.lines for one in rest),
                tests=sum(one.tests for one in rest),
                size_bytes=sum(one.size_bytes for one in rest),
            )
        )
    return [
        {
            "name": one.name,
            "files": count(one.files),
            "lines": count(one.lines),
            "tests": count(one.tests),
            "size": " ".join(size(one.size_bytes)),
            "percent": round(100 * one.lines / total.lines, 1) if total.lines else 0,
        }
        for one in shown
    ]


def _outcomes(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each check with what it proves; those that failed come first."""
    first = sorted(found, key=lambda one: not one.failed)
    return [
        {
            "state": {"ok": "done", "failed": "failed", "skipped": "waiting"}[one.state],
            "title": f"{one.platform.value}: {one.title}",
            "text": one.cause if one.state != "ok" else one.proves,
            "seconds": f"{one.seconds:.1f} s" if one.seconds else "",
            "problems": [problem.sentence() for problem in one.problems],
            "further": one.further,
            "hint": one.hint if one.failed else "",
        }
        for one in first
    ]


def _checks(here: Shown) -> dict[str, Any]:
    """What is known of the quality of the project, and nothing more."""
    outcome = here.run.outcome
    if outcome is None or outcome.checks is None:
        why = (
            "The run was asked to check the project, and left no result."
            if here.run.verify and outcome
            else "The run has not ended; what its checks find stands here then."
            if here.run.verify
            else "This run was asked to generate only: no tool of the project was run on it."
        )
        return {"state": "waiting", "title": "Nothing was checked", "text": why, "findings": []}
    checks = outcome.checks
    findings = [finding.model_dump() for finding in outcome.findings]
    if checks.failed:
        title = f"{several(checks.failed, 'check')} failed"
        text = outcome.cause or f"{several(checks.passed, 'check')} passed."
        return {"state": "failed", "title": title, "text": text, "findings": findings}
    if not checks.passed:
        text = "No check could be done on that machine."
        return {"state": "warning", "title": "Nothing was checked", "text": text, "findings": []}
    title = f"{several(checks.passed, 'check')} passed"
    text = "Formatters, linters, type checkers and tests of the project itself."
    return {"state": "done", "title": title, "text": text, "findings": findings}
