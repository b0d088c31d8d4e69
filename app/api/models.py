"""Domain models, before anything is kept or written: check one, see what it would become."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from app.edge.aside import aside
from app.edge.identity import demand
from app.edge.problems import not_found
from stackwright.access.rights import Action
from stackwright.domain.language import json_schema
from stackwright.domain.project import Project
from stackwright.domain.relation import RelationKind
from stackwright.errors import Finding, ProjectError
from stackwright.generation.config import Config, with_all_needed
from stackwright.generation.estimate import Estimate
from stackwright.generation.notes import notes
from stackwright.generation.plan import Plan
from stackwright.value import Value
from tasks.generation import dry_run
from tasks.model import check_model, read_examples

router = APIRouter(
    prefix="/api/v1",
    tags=["models"],
    dependencies=[Depends(demand(Action.READ_PROJECTS))],
)
_SMALL = """\
stackwright: 1
name: library
entities:
  Book:
    fields:
      title: {type: string, required: true}
"""

Text = Annotated[
    str,
    Field(
        max_length=1_000_000,
        description="The model, in YAML.",
        examples=[_SMALL],
    ),
]
FileName = Annotated[
    str, Field(max_length=200, description="What findings call the model.", examples=["shop.yaml"])
]


class Model(Value):
    """A domain model as text."""

    model: Text
    file: FileName = "model"


class RelationSummary(Value):
    """One relation, from its owner's side."""

    name: str
    kind: RelationKind
    target: str
    required: bool


class EntitySummary(Value):
    """One entity."""

    name: str
    label: str
    description: str
    fields: int
    relations: Sequence[RelationSummary]


class ProjectSummary(Value):
    """What a model describes."""

    name: str
    title: str
    description: str
    entities: Sequence[EntitySummary]


class Checked(Value):
    """What is wrong with a model, all of it, and what it describes when it is right."""

    ok: bool
    findings: Sequence[Finding] = Field(description="Errors and warnings with line and column.")
    project: ProjectSummary | None = Field(description="Null while there are errors.")


class Selecting(Model):
    """A model and the entities that somebody chose."""

    entities: tuple[str, ...] = Field(min_length=1, max_length=1000, examples=[["Book"]])


class Selection(Value):
    """What is missing for these entities, and the selection with all of it."""

    complete: bool
    missing: Mapping[str, Sequence[str]] = Field(
        description="Chosen entity → entities it points to that are not chosen."
    )
    with_all_needed: Sequence[str]


class Order(Model):
    """A model and what to make of it."""

    config: Config = Config()


class DryRun(Value):
    """What a generation into a new folder would do: nothing is kept or written."""

    estimate: Estimate = Field(description="Files, lines, tests, bytes, time and risks.")
    counts: Mapping[str, int] = Field(description="Action → files.")
    plan: Plan
    notes: Sequence[str]


class Example(Value):
    """A model that comes with Stackwright."""

    name: str
    title: str
    description: str
    entities: int
    model: str | None = Field(default=None, description="Only when asked for by its name.")


@router.post("/models/validate")
async def validate(given: Model) -> Checked:
    """Every problem of a model at once. The answer is 200 also when there are some."""
    try:
        project, warnings = await aside(read, given.model, given.file)
    except ProjectError as error:
        if not error.findings:
            raise
        return Checked(ok=False, findings=error.findings, project=None)
    return Checked(ok=True, findings=warnings, project=_summary(project))


@router.post("/models/selection")
async def selection(given: Selecting) -> Selection:
    """Whether the chosen entities can be generated alone, and what is missing for which."""
    project, _ = await aside(read, given.model, given.file)
    known = {entity.name for entity in project.entities}
    unknown = [name for name in given.entities if name not in known]
    if unknown:
        raise ProjectError.bad_input(
            f"No entity is called {', '.join(unknown)}.",
            hint=f"The model has {', '.join(sorted(known))}.",
        )
    missing = project.missing_for(given.entities)
    return Selection(
        complete=not missing,
        missing=missing,
        with_all_needed=with_all_needed(project, given.entities),
    )


@router.post("/plans")
async def plan(order: Order) -> DryRun:
    """The bill before the order: every file that would be made, and what all of it comes to."""
    project, _ = await aside(read, order.model, order.file)
    planned, estimated = await aside(dry_run, project, order.config, None)
    return DryRun(estimate=estimated, counts=planned.counts(), plan=planned, notes=notes(planned))


@router.get("/models/schema")
async def schema() -> dict[str, Any]:
    """The JSON Schema of the language, for completion and checks in editors."""
    return json_schema()


@router.get("/examples")
async def examples() -> list[Example]:
    """The models that come with Stackwright, by name."""
    known = await aside(read_examples)
    return [await aside(_example, name, text) for name, text in known.items()]


@router.get("/examples/{name}")
async def example(name: str) -> Example:
    """One of them, with its text."""
    known = await aside(read_examples)  # a name from outside never becomes a path
    if name not in known:
        raise not_found("example")
    found = await aside(_example, name, known[name])
    return found.model_copy(update={"model": known[name]})


def read(text: str, file: str) -> tuple[Project, tuple[Finding, ...]]:
    """The model in this text and its warnings.

    Raises:
        ProjectError: It has errors; all of them are findings.
    """
    return check_model(text.encode(), file)


def _example(name: str, text: str) -> Example:
    project, _ = check_model(text.encode(), name)
    return Example(
        name=name,
        title=project.title,
        description=project.description,
        entities=len(project.entities),
    )


def _summary(project: Project) -> ProjectSummary:
    return ProjectSummary(
        name=project.name,
        title=project.title,
        description=project.description,
        entities=[
            EntitySummary(
                name=entity.name,
                label=entity.label,
                description=entity.description,
                fields=len(entity.fields),
                relations=[
                    RelationSummary(
                        name=one.name, kind=one.kind, target=one.target, required=one.required
                    )
                    for one in entity.relations
                ],
            )
            for entity in project.entities
        ],
    )
