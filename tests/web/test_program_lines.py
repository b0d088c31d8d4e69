"""Lines of programs as a log shows them: what is structured is read, what is not stays as it is."""

import pytest

from app.web.program_lines import line


@pytest.mark.parametrize(
    ("text", "time", "level", "shown"),
    [
        ("It says <b>.\n", "", "info", "It says <b>."),
        ("INFO:     Uvicorn running", "", "info", "Uvicorn running"),
        ("WARNING:  late", "", "warning", "late"),
        (
            '{"time": "2026-03-01T12:00:05.9+00:00", "level": "warning", "logger": "app", '
            '"message": "request", "request_id": "a1", "path": "/health", "user_id": null}',
            "12:00:05",
            "warning",
            "request path=/health request_id=a1",
        ),
        ('{"level": ["x"], "message": "odd"}', "", "info", "odd"),
        ('{"message": 3}', "", "info", '{"message": 3}'),
        ('{"broken', "", "info", '{"broken'),
        ("[1]", "", "info", "[1]"),
    ],
)
def test_a_line_is_shown_as_what_it_says(text: str, time: str, level: str, shown: str) -> None:
    assert line(7, text) == {"number": 7, "time": time, "level": level, "text": shown}
