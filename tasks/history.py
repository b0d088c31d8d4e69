"""What past generations of this installation took, one JSON line each, for the estimate."""

import json
from pathlib import Path

from platformdirs import user_state_path
from pydantic import ValidationError

from stackwright.generation.estimate import PastRun

KEPT_RUNS = 200


def history_file() -> Path:
    """Where the record lies."""
    return Path(user_state_path("stackwright")) / "generations.jsonl"


def read_history() -> tuple[PastRun, ...]:
    """The recorded generations, oldest first; damaged lines are passed over."""
    try:
        lines = history_file().read_text("utf-8").splitlines()[-KEPT_RUNS:]
    except OSError:
        return ()
    found = []
    for line in lines:
        try:
            found.append(PastRun.model_validate(json.loads(line)))
        except (ValueError, ValidationError):
            continue
    return tuple(found)


def record(run: PastRun) -> None:
    """Add a generation to the record; a place that cannot be written is no reason to fail."""
    path = history_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(run.model_dump_json() + "\n")
    except OSError:
        return
