"""`stackwright validate`, `plan`, `estimate`, `generate` and `schema`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.cli import show
from stackwright.generation.config import Config, Database, Platform, Style

if TYPE_CHECKING:
    from stackwright.domain.project import Project
    from stackwright.generation.plan import Plan
    from stackwright.generation.request import GenerationReport

_REMOTE = ["--token-file", "--project"]


def _folder(text: str) -> Path:
    if not text.strip():
        raise typer.BadParameter("It is empty; name a folder.")
    return Path(text)


def _filled(text: str) -> str:
    if not text.strip():
        raise typer.BadParameter("It is empty; leave the option out to keep the choice.")
    return text


Model = Annotated[
    Path, typer.Argument(metavar="FILE", help="The domain model, a *.stackwright.yaml file.")
]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="DIR", help="The project's folder.", parser=_folder),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
Entities = Annotated[
    str | None,
    typer.Option(
        parser=_filled,
        metavar="A,B",
        help="Only these entities (all: every one); those they point to must be among them. "
        "Choices not given are those of the last generation in the folder.",
    ),
]
Platforms = Annotated[
    str | None,
    typer.Option(parser=_filled, metavar="LIST", help="What to generate: backend, frontend."),
]
StyleOption = Annotated[Style | None, typer.Option(help="How the code is cut.")]
DatabaseOption = Annotated[
    Database | None, typer.Option(help="What the back end stores its rows in.")
]
Tests = Annotated[bool | None, typer.Option("--tests/--no-tests", help="The projects' own tests.")]
Docs = Annotated[
    bool | None,
    typer.Option("--docs/--no-docs", help="Guides, ER diagram, API and data model reference."),
]
SampleData = Annotated[
    bool | None, typer.Option("--sample-data/--no-sample-data", help="Rows to start with.")
]
Docker = Annotated[
    bool | None, typer.Option("--docker/--no-docker", help="Dockerfiles and compose.yaml.")
]
EnvConfigs = Annotated[
    bool | None,
    typer.Option(
        "--env-configs/--no-env-configs", help="Settings for development, staging, production."
    ),
]
RenamedFrom = Annotated[
    str, typer.Option(metavar="NAME", help="The project's name when it was generated before.")
]
Everything = Annotated[bool, typer.Option("--all", help="List every file of the plan.")]


def validate(model: Model, *, as_json: Json = False) -> int:
    """Check a model and report every problem at once, with file, line, column and what to do."""
    from tasks.model import read_model

    project, findings = read_model(model)
    if as_json:
        show.as_json(
            {
                "ok": True,
                "project": project.name,
                "entities": [entity.name for entity in project.entities],
                "findings": [finding.model_dump() for finding in findings],
            }
        )
    else:
        show.findings(findings)
        relations = sum(len(entity.relations) for entity in project.entities)
        show.console().print(
            f"[bold green]ok[/] {model}: {len(project.entities)} entities, {relations} relations"
        )
    return 0


def plan(
    model: Model,
    out: Out,
    *,
    entities: Entities = None,
    platforms: Platforms = None,
    style: StyleOption = None,
    database: DatabaseOption = None,
    tests: Tests = None,
    docs: Docs = None,
    sample_data: SampleData = None,
    docker: Docker = None,
    env_configs: EnvConfigs = None,
    renamed_from: RenamedFrom = "",
    everything: Everything = False,
    as_json: Json = False,
) -> int:
    """Show what `generate` would do to a folder, file by file, without writing anything."""
    from tasks.generation import plan_project

    chosen = _choices(
        entities,
        platforms,
        style=style,
        database=database,
        tests=tests,
        docs=docs,
        sample_data=sample_data,
        docker=docker,
        env_configs=env_configs,
    )
    config = _config(out, chosen)
    _show_plan(
        plan_project(_project(model), config, out, renamed_from),
        everything=everything,
        as_json=as_json,
    )
    return 0


def estimate(
    model: Model,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="The project's folder, if any.", parser=_folder
        ),
    ] = None,
    entities: Entities = None,
    platforms: Platforms = None,
    style: StyleOption = None,
    database: DatabaseOption = None,
    tests: Tests = None,
    docs: Docs = None,
    sample_data: SampleData = None,
    docker: Docker = None,
    env_configs: EnvConfigs = None,
    as_json: Json = False,
) -> int:
    """Say what a generation will produce, how long it takes by this machine's history, and what may go wrong."""
    from tasks.generation import dry_run

    chosen = _choices(
        entities,
        platforms,
        style=style,
        database=database,
        tests=tests,
        docs=docs,
        sample_data=sample_data,
        docker=docker,
        env_configs=env_configs,
    )
    config = _config(out, chosen)
    _, estimated = dry_run(_project(model), config, out)
    if as_json:
        show.as_json(estimated.model_dump(mode="json"))
    else:
        from app.cli import tables

        tables.estimate(estimated)
    return 0


def generate(
    model: Model,
    out: Out,
    *,
    entities: Entities = None,
    platforms: Platforms = None,
    style: StyleOption = None,
    database: DatabaseOption = None,
    tests: Tests = None,
    docs: Docs = None,
    sample_data: SampleData = None,
    docker: Docker = None,
    env_configs: EnvConfigs = None,
    renamed_from: RenamedFrom = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,
    everything: Everything = False,
    server: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="STACKWRIGHT_URL",
            help="Generate on this server, with the token in STACKWRIGHT_TOKEN, and bring the files here; "
            "without one it runs right here.",
        ),
    ] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the token for the server lies."),
    ] = None,
    project: Annotated[
        UUID | None,
        typer.Option(
            metavar="ID",
            help="The project on the server; without it the one with the model's name, a new one if there is none.",
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Generate the project, or bring an existing one up to date; files you edited are kept and reported."""
    chosen = _choices(
        entities,
        platforms,
        style=style,
        database=database,
        tests=tests,
        docs=docs,
        sample_data=sample_data,
        docker=docker,
        env_configs=env_configs,
    )
    if not server and (token_file or project):
        raise typer.BadParameter("It is of use with --server alone.", param_hint=_REMOTE)
    if dry_run and not server:
        from tasks.generation import plan_project

        _show_plan(
            plan_project(_project(model), _config(out, chosen), out, renamed_from),
            everything=everything,
            as_json=as_json,
        )
        return 0
    from app.cli.progress import Watching

    report: GenerationReport
    with Watching(quiet=as_json) as watching:
        if server:
            from app.cli.remote import Order, generate_remotely, plan_remotely

            order = Order(
                server=server,
                token_file=token_file,
                project=project,
                model=model,
                out=out,
                choices=chosen,
                renamed_from=renamed_from,
            )
            if dry_run:
                planned = plan_remotely(order, watching.say)
                _show_plan(planned, everything=everything, as_json=as_json)
                return 0
            report = generate_remotely(order, watching)
        else:
            from flows.stories.generation import generate_locally
            from stackwright.generation.request import GenerateRequest

            request = GenerateRequest(
                model=str(model),
                out=str(out),
                config=_config(out, chosen),
                renamed_from=renamed_from,
            )
            report = generate_locally(request, watching.message)
    if as_json:
        show.as_json(report.model_dump(mode="json"))
    else:
        from app.cli import tables

        tables.report(report)
        if page := getattr(report, "page", ""):
            print(f"The run: {page}")
    return 0


def schema() -> int:
    """Print the JSON Schema of the language, for completion and checks in editors."""
    from stackwright.domain.language import json_schema

    show.as_json(json_schema())
    return 0


def _show_plan(planned: "Plan", *, everything: bool, as_json: bool) -> None:
    if as_json:
        from stackwright.generation.notes import notes

        extra = {"counts": planned.counts(), "notes": notes(planned)}
        show.as_json({**planned.model_dump(mode="json"), **extra})
    else:
        from app.cli import tables

        tables.plan(planned, everything=everything)


def _project(model: Path) -> "Project":
    """The project in a model file; its warnings are shown on standard error."""
    from tasks.model import read_model

    project, warnings = read_model(model)
    show.findings(warnings)
    return project


def _choices(entities: str | None, platforms: str | None, **options: object) -> dict[str, object]:
    """What the command line says of the choices."""
    names = _list(platforms or "")
    unknown = [name for name in names if name not in list(Platform)]
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(unknown)} is no platform; there are {', '.join(Platform)}.",
            param_hint="--platforms",
        )
    chosen = {name: value for name, value in options.items() if value is not None}
    if names:
        chosen["platforms"] = tuple(dict.fromkeys(names))
    if entities:
        chosen["entities"] = None if entities == "all" else tuple(_list(entities))
    return chosen


def _config(out: Path | None, chosen: Mapping[str, object]) -> Config:
    """The choices: what the command line says, else what the project in `out` was generated with."""
    if out is None:
        return Config.model_validate(chosen)
    from tasks.observing import read_lock

    return Config.model_validate({**read_lock(out).config.model_dump(), **chosen})


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
