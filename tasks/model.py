"""Reading a domain model from a file; needs neither templates nor an orchestrator."""

from pathlib import Path

from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.errors import Finding, ProjectError
from stackwright.generation.samples import impossible_rows
from tasks.effect import effect

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_MAX_MODEL_BYTES = 4_000_000
_SUFFIX = ".stackwright.yaml"


@effect(timeout_s=60)
def read_model(path: Path) -> tuple[Project, tuple[Finding, ...]]:
    """The domain model in this file and its warnings.

    Raises:
        ProjectError: It cannot be read, or has errors (all of them are in `findings`).
    """
    return check_model(read_file(path), str(path))


def read_file(path: Path) -> bytes:
    """The bytes of a model file.

    Raises:
        ProjectError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProjectError.bad_input(
            f"The model {path} cannot be read: {(error.strerror or str(error)).lower()}.",
            hint="Give the path of a *.stackwright.yaml file.",
        ) from error


def check_model(content: bytes, file: str) -> tuple[Project, tuple[Finding, ...]]:
    """The model in these bytes and its warnings.

    Raises:
        ProjectError: It has errors (all of them are in `findings`).
    """
    if len(content) > _MAX_MODEL_BYTES:
        raise ProjectError.bad_input(f"{file} has more than {_MAX_MODEL_BYTES // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ProjectError.bad_input(
            f"{file} is not UTF-8 text: line {line} has a byte that is not.",
            hint="Save it as UTF-8.",
        ) from error
    project, findings = parse(text, file, impossible_rows)
    if project is None:
        errors = sum(finding.level == "error" for finding in findings)
        raise ProjectError.bad_input(
            f"{file} has {errors} {'error' if errors == 1 else 'errors'}.", findings=findings
        )
    return project, findings


def read_examples() -> dict[str, str]:
    """Name → text of the models that come with Stackwright, by name."""
    return {
        path.name.removesuffix(_SUFFIX): path.read_text("utf-8")
        for path in sorted(EXAMPLES.glob(f"*{_SUFFIX}"))
    }
