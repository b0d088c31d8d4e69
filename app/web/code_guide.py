"""How to go on with a published project: unzip it, start it, keep its history, generate into it again."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from app.edge.parts import Its
from app.web.code_place import Looked, Shown, tabs
from app.web.rendering import has_page, page
from stackwright.generation.config import Database, Platform

router = APIRouter(prefix="/runs/{run_id}/code", include_in_schema=False)

DATABASES = {
    Database.POSTGRESQL: "PostgreSQL",
    Database.MYSQL: "MySQL",
    Database.SQLITE: "SQLite",
}
PAGES, API = "http://localhost:8080", "http://localhost:8000"


@router.get("/next")
async def how_to_go_on(request: Request, here: Looked, parts: Its) -> Response:
    """The steps that this project needs, with commands to copy."""
    return page(
        request,
        "code_guide.html.jinja",
        title=f"{here.project.name}, run {here.run.number}",
        block=here.block(),
        shown=here,
        tabs=tabs(here, "next"),
        steps=steps(here, parts.settings.public_url),
        readme=here.url(path="README.md") if "README.md" in here.index.by_path else "",
        project_href=f"/projects/{here.project.id}" if has_page(request, "/projects/{}") else "",
    )


def steps(here: Shown, server: str) -> Sequence[dict[str, Any]]:
    """What to do, in order: a title, why, and what to type; only what this project has."""
    config, name = here.index.config, here.index.project
    files = here.index.by_path
    found = [
        _step(
            "Unpack it",
            "The archive holds the project and, in .stackwright, what a later generation into it needs.",
            f"unzip {name}.zip -d {name}",
            f"cd {name}",
        )
    ]
    if config.docker and "compose.yaml" in files:
        where = PAGES if Platform.FRONTEND in config.platforms else f"{API}/docs"
        found.append(
            _step(
                "Start everything with Docker",
                f"`make env` writes .env with fresh secrets, once. Then open {where}.",
                "make env",
                "docker compose up --build --detach --wait",
            )
        )
    if Platform.BACKEND in config.platforms:
        found.append(_backend(here))
    if Platform.FRONTEND in config.platforms:
        found.append(
            _step(
                "Start the front end",
                "React with its development server on http://localhost:5173. It needs Node.js 20.19 or later.",
                "cd frontend",
                "npm ci",
                "npm run dev",
            )
        )
    if config.tests:
        found.append(_step("Prove it", "The project's own tests.", "make setup", "make test"))
    found.append(
        _step(
            "Put it under version control",
            "Keep .stackwright in it: from what lies there, later generations know your edits.",
            "git init",
            "git add .",
            f'git commit --message "Generate {name}"',
        )
    )
    found.append(
        _step(
            "Generate it again",
            "After a change of the model: files that you edited stay as they are, and you are told what is "
            "new for them. On this installation it takes a token of yours, which you make on the page Account.",
            f"stackwright plan {name}.stackwright.yaml --out .",
            f"stackwright generate {name}.stackwright.yaml --out .",
            "export STACKWRIGHT_TOKEN=…",
            f"stackwright generate {name}.stackwright.yaml --out . --server {server}",
        )
    )
    return found


def _backend(here: Shown) -> dict[str, Any]:
    config = here.index.config
    database = DATABASES[config.database]
    about = (
        f"FastAPI on {database}, with its reference on {API}/docs. It needs Python 3.11 or later."
    )
    commands = [
        "cd backend",
        "python3 -m venv .venv",
        ".venv/bin/python -m pip install --require-hashes --requirement requirements-dev.txt",
    ]
    if config.database is not Database.SQLITE:
        about += f" Without a {database} server at hand, SQLite does for a first look."
        commands.append("export DATABASE_URL=sqlite:///./app.db")
    commands.append(".venv/bin/alembic upgrade head")
    if config.sample_data:
        commands.append(".venv/bin/python -m app.sample_data")
    commands.append(".venv/bin/uvicorn app.main:app --reload --reload-dir app")
    return _step("Start the back end", about, *commands)


def _step(title: str, about: str, *commands: str) -> dict[str, Any]:
    return {"title": title, "about": about, "commands": commands}
