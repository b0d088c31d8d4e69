"""The words and figures of the page where people choose what to generate."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.web.bills import Bill, Time
from app.web.choices import SWITCHES, Choices
from stackwright.generation.config import Config, Database, Platform, Style

MOST_NAMED = 4
MINUTE_S = 60
DONE = {"saved": "The configuration was saved."}
CONSEQUENCES: Mapping[str, str] = {
    Platform.BACKEND: "An API in FastAPI with its database, migrations and permissions.",
    Platform.FRONTEND: "Pages in React for every entity: lists, forms, search.",
    Style.MINIMAL: "Few files: one module an entity. For a prototype or a small service.",
    Style.STANDARD: "Layers and a feature folder an entity. For a product with a team.",
    Style.ENTERPRISE: "A package an entity, with policies, audit trail and metrics. For several teams.",
    Database.POSTGRESQL: "Needs a server; the one to choose for production.",
    Database.MYSQL: "Needs a server; where MySQL 8 is what you run already.",
    Database.SQLITE: "A file, no server; one writer at a time.",
    "tests": "Without them nothing proves the project after you change it.",
    "docs": "Guides, the data model and decisions, as Markdown.",
    "sample_data": "Rows to start with, so that the first page is not empty.",
    "docker": "Images and compose.yaml, to run all of it with one command.",
    "env_configs": "Settings for development, staging and production.",
}
TITLES: Mapping[str, str] = {
    Platform.BACKEND: "Back end",
    Platform.FRONTEND: "Front end",
    Style.MINIMAL: "Minimal",
    Style.STANDARD: "Standard",
    Style.ENTERPRISE: "Enterprise",
    Database.POSTGRESQL: "PostgreSQL",
    Database.MYSQL: "MySQL",
    Database.SQLITE: "SQLite",
}
PACKS = {"backend": "Back end", "frontend": "Front end", "project": "Around them"}
KINDS = {
    "code": "Code",
    "config": "Settings",
    "doc": "Documentation",
    "docker": "Containers",
    "sample": "Sample data",
    "test": "Tests",
}
CHANGES = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "kept": "kept",
    "unchanged": "unchanged",
}


def figures(bill: Bill, time: Time | None) -> list[Mapping[str, str]]:
    """The bill in one line."""
    total = bill.estimate.total
    return [
        {"label": "Files", "value": count(total.files)},
        {"label": "Lines", "value": count(total.lines)},
        {"label": "Tests", "value": count(total.tests)},
        {"label": "Size", **_size(total.size_bytes)},
        {"label": "Time", **_time(time)},
    ]


def amounts(bill: Bill) -> list[tuple[str, list[list[str]]]]:
    """What there is of what, by platform and by kind, as rows of two tables."""
    parts = (("Platform", bill.estimate.by_platform, PACKS), ("Kind", bill.estimate.by_kind, KINDS))
    return [
        (
            title,
            [
                [
                    names.get(name, name),
                    count(one.files),
                    count(one.lines),
                    count(one.tests),
                    " ".join(_size(one.size_bytes).values()),
                ]
                for name, one in found.items()
            ],
        )
        for title, found, names in parts
    ]


def changes(bill: Bill) -> str:
    """What is new against the last output; empty when there is none."""
    if not bill.follows:
        return ""
    said = [f"{count(n)} {CHANGES.get(what, what)}" for what, n in bill.counts.items()]
    return ", ".join(said) or "nothing"


def verifying(time: Time | None, *, is_wanted: bool) -> str:
    """What running the project's own tools costs."""
    if not is_wanted:
        return ""
    verify = time and time.known and time.known.verify
    if not verify:
        return "How long that takes is not known yet: no run was verified here."
    return f"That takes about {duration(verify.seconds)}, {_runs(verify.runs)}."


def needed(name: str, by: Sequence[str]) -> str:
    """Why an entity is missing."""
    return f"{name}: {listed(by)} {'needs' if len(by) == 1 else 'need'} it"


def some(names: Iterable[str]) -> str:
    """The first of these names, and how many more."""
    found = list(names)
    more = len(found) - MOST_NAMED
    return ", ".join(found[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def listed(names: Sequence[str]) -> str:
    """The names as people say them."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def differences(mine: Choices, saved: Choices) -> list[list[str]]:
    """What differs between two choices: what it is, mine, the saved one."""
    names = ("entities", "platforms", "style", "database", *SWITCHES, "verify")
    return [
        [
            "Verify" if name == "verify" else Config.model_fields[name].title or name,
            _said(getattr(mine, name)),
            _said(getattr(saved, name)),
        ]
        for name in names
        if getattr(mine, name) != getattr(saved, name)
    ]


def count(number: int) -> str:
    """A number with thin gaps: `12 880`."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def duration(seconds: float) -> str:
    """Seconds, or minutes from one on."""
    return f"{seconds:.1f} s" if seconds < MINUTE_S else f"{seconds / MINUTE_S:.1f} min"


def _time(time: Time | None) -> Mapping[str, str]:
    if time is None or time.known is None:
        return {"value": "–", "note": "no run has ended here yet"}
    known = time.known
    value, unit = duration(known.seconds).split(" ")
    whose = "of this project" if time.is_own else "of this installation"
    spread = f"{duration(known.low_s)} to {duration(known.high_s)}, " if known.runs > 1 else ""
    return {"value": value, "unit": unit, "note": f"{spread}{_runs(known.runs)} {whose}"}


def _runs(number: int) -> str:
    return f"from {number} run{'' if number == 1 else 's'}"


def _size(size_bytes: int) -> dict[str, str]:
    if size_bytes < 1_000_000:
        return {"value": f"{max(1, round(size_bytes / 1000)) if size_bytes else 0}", "unit": "kB"}
    return {"value": f"{size_bytes / 1_000_000:.1f}", "unit": "MB"}


def _said(value: Any) -> str:
    if value is None:
        return "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(TITLES.get(one, one) for one in value) or "none"
    return TITLES.get(value, str(value))
