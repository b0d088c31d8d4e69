"""What is wrong with a form that was sent: said at each field and in the summary on top, in words for people."""

from collections.abc import Mapping, Sequence

from pydantic import Field, ValidationError

from app.edge.problems import finding_of
from stackwright.errors import ProjectError
from stackwright.value import Value

SERVER = 500


class Mistake(Value):
    """One thing that is to be put right."""

    field: str = Field(description="The name of the field where that is done.")
    message: str = Field(description="What the summary says.")


class Refusal(Value):
    """Why a form comes back."""

    status: int
    problems: Sequence[Mistake]
    errors: Mapping[str, str] = Field(description="Field → what is said there.")


NOTHING = Refusal(status=200, problems=(), errors={})


def refusal(
    error: ValidationError | ProjectError,
    labels: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> Refusal:
    """Why a form comes back, from what the API would have answered.

    Args:
        error: What was raised.
        labels: Field → what the page calls it, in the order of the page. What belongs to none of
            them is said on top alone and leads to the first one.
        fields: What the API calls a field → what this form calls it, where they differ.

    Raises:
        ProjectError: `error`, when nothing in the form can be changed to mend it.
    """
    if isinstance(error, ProjectError) and error.http_status >= SERVER:
        raise error
    first = next(iter(labels))
    if isinstance(error, ValidationError):
        found = [(str(one["loc"][0]) if one["loc"] else "", _said(one)) for one in error.errors()]
        status = 422
    else:
        found = [
            (one.where.rpartition(".")[2], _sentence(one.message)) for one in error.findings
        ] or [("", f"{error.message} {error.hint}".strip())]
        status = error.http_status
    errors: dict[str, str] = {}
    problems = []
    for its_name, message in found:
        field = (fields or {}).get(its_name, its_name)
        if field in labels:
            errors[field] = f"{errors[field]} {message}" if field in errors else message
            problems.append(Mistake(field=field, message=f"{labels[field]}: {message}"))
        else:
            problems.append(Mistake(field=first, message=message))
    return Refusal(status=status, problems=problems, errors=errors)


def wrong(field: str, label: str, message: str) -> Refusal:
    """A form that comes back because of one field."""
    problem = Mistake(field=field, message=f"{label}: {message}")
    return Refusal(status=422, problems=(problem,), errors={field: message})


def _said(error: Mapping[str, object]) -> str:
    match error["type"]:
        case "string_too_short" | "missing" | "too_short":
            return "This is needed."
        case "string_too_long":
            context = error.get("ctx")
            most = context["max_length"] if isinstance(context, dict) else ""
            return f"It may have at most {most} characters."
        case _:
            return _sentence(finding_of(error).message)


def _sentence(message: str) -> str:
    begun = f"it {message}" if message.startswith(("is ", "has ")) else message
    return f"{begun[:1].upper()}{begun[1:].rstrip('.')}."
