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
    expected = {key: value for key, value in sent.items() if key not in hidden}
    assert {key: _shown(row, key, value) for key, value in expected.items()} == expected


def _shown(row: dict[str, Any], key: str, sent: Any) -> Any:
    if key in row and isinstance(sent, list) and sent and isinstance(row[key], list):
        return [_without_display(entry) for entry in row[key]]
    if key in row:
        return row[key]
    relation = row[key.removesuffix("_id")]
    return relation["id"] if relation else None


def _without_display(entry: Any) -> Any:
    if isinstance(entry, dict) and "display" in entry:
        return {key: value for key, value in entry.items() if key != "display"}
    return entry
