"""Versions of what is answered: not sent twice, and not overwritten unseen."""

from typing import Annotated

from fastapi import Header, Request, Response

from stackwright.errors import ProjectError

IfMatch = Annotated[
    str | None,
    Header(
        max_length=200,
        description="The ETag that was read: the change is refused if somebody was quicker (412).",
    ),
]


def etag(*parts: object) -> str:
    """The name of a version."""
    return f'"{"-".join(str(part) for part in parts)}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has this version already (`If-None-Match`)."""
    given = request.headers.get("if-none-match", "")
    names = {name.strip().removeprefix("W/") for name in given.split(",")}
    return tag in names or "*" in names


def unchanged(tag: str) -> Response:
    """The answer to a client that has it already."""
    return Response(status_code=304, headers={"ETag": tag})


def must_match(given: str | None, tag: str, what: str) -> None:
    """Go on only if nobody was quicker.

    Args:
        given: The header `If-Match`; None: the client does not care.
        tag: Of what is there now.
        what: Is to be changed.

    Raises:
        ProjectError: It changed since (HTTP 412).
    """
    if given is None or given.strip() == "*":
        return
    if tag not in {name.strip() for name in given.split(",")}:
        raise ProjectError(
            f"The {what} changed since you read it.",
            hint="Read it again, then repeat your change.",
            http_status=412,
        )
