"""Where builds work: one folder a run, which stays while the run may go on, and not for ever."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import ValidationError

from stackwright.generation.request import GenerationReport
from tasks.effect import effect
from tasks.staging import explaining

SETTING = "STACKWRIGHT_WORK"
KEPT_S = 7 * 24 * 3600.0  # a run that rests longer begins anew
_REPORT = "report.json"
_MARK = ".stackwright-workspace"


def work_folder() -> Path:
    """Where the workspaces of all runs lie, as this process was told or the user's cache folder."""
    return Path(os.environ.get(SETTING) or user_cache_path("stackwright") / "work").absolute()


def project_folder(run: str) -> Path:
    """The project of a run in its workspace."""
    return work_folder() / run / "project"


@effect(retries=2, timeout_s=300)
def open_workspace(run: str) -> Path:
    """The folder for the project of this run; what runs left that nobody went on with is removed.

    Raises:
        ProjectError: It cannot be made.
    """
    with explaining("Making the workspace"):
        home = work_folder() / run
        home.mkdir(parents=True, exist_ok=True)
        (home / _MARK).touch()  # in use now
        oldest = time.time() - KEPT_S
        for mark in work_folder().glob(f"*/{_MARK}"):  # nothing that is not ours
            with suppress(FileNotFoundError):
                if mark.stat().st_mtime < oldest:
                    shutil.rmtree(mark.parent, ignore_errors=True)
    return project_folder(run)


@effect(timeout_s=300)
def close_workspace(run: str) -> None:
    """Remove the workspace of a run that will not go on, with the commands that still work in it."""
    shutil.rmtree(work_folder() / run, ignore_errors=True)


def keep_report(run: str, report: GenerationReport) -> None:
    """Note that the project of this run is written, and what was done."""
    draft = work_folder() / run / f"{_REPORT}.new"
    with explaining("Noting what was written"):
        draft.write_text(report.model_dump_json(), "utf-8")
        draft.replace(draft.with_suffix(""))


def kept_report(run: str) -> GenerationReport | None:
    """What was written by an earlier attempt of this run; None: it did not come so far."""
    try:
        text = (work_folder() / run / _REPORT).read_text("utf-8")
        return GenerationReport.model_validate_json(text) if project_folder(run).is_dir() else None
    except (OSError, ValidationError):
        return None
