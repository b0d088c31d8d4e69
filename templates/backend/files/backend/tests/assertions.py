"""What tests say again and again: the answer is this problem; the row shows what was sent."""

from collections.abc import Collection
from typing import Any

from httpx2 import Response


def assert_problem(answer: Response, status: int, field: str = "") -> None:
    """The answer is a problem (RFC 9457) of this status, and names the field if there is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    if field:
        named = [str(error["field"]) for error in problem["errors"]]
        assert any(name.split(".")[0] == field for name in named), named


def assert_shows(row: dict[str, Any], sent: dict[str, Any], hidden: Collection[str] = ()) -> None:
    """The row shows every value that was sent, but for hidden ones; relations show their id."""
    expected = {key: _ordered(value) for key, value in sent.items() if key not in hidden}
    assert {key: _shown(row, key) for key in expected} == expected


def _shown(row: dict[str, Any], key: str) -> Any:
    if key in row:
        return _ordered(row[key])
    relation = row[key.removesuffix("_id")]
    return relation["id"] if relation else None


def _ordered(value: Any) -> Any:
    """Links in the order of their ids and without what the server adds; other values as they are."""
    if not isinstance(value, list) or not all(_is_link(entry) for entry in value):
        return value
    links = [{key: part for key, part in entry.items() if key != "display"} for entry in value]
    return sorted(links, key=lambda link: str(link["id"]))


def _is_link(entry: Any) -> bool:
    return isinstance(entry, dict) and "id" in entry
