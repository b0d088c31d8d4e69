"""Lines that programs wrote, as the part `log` shows them: with the level and the time that stand in them."""

import json
import re
from collections.abc import Mapping
from typing import Any

LEVELS: Mapping[str, str] = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "warn": "warning",
    "error": "error",
    "critical": "error",
}
_PLAIN = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):\s+(\S.*)")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ](\d\d:\d\d:\d\d)")


def line(number: int, text: str) -> dict[str, Any]:
    """A line of a log: a structured one as its message and what else is in it, any other as it is."""
    text, level, time = text.strip(), "info", ""
    if (said := _structured(text)) is not None:
        level = LEVELS.get(str(said.pop("level", "")).lower(), level)
        at = _TIME.match(str(said.pop("time", "")))
        time = at[1] if at else ""
        said.pop("logger", None)
        message = said.pop("message")
        known = [(name, value) for name, value in said.items() if value is not None]
        known.sort(key=lambda one: one[0].endswith("_id"))  # what few look for comes last
        rest = (f"{name}={value}" for name, value in known)
        text = " ".join([message, *rest])
    elif plain := _PLAIN.fullmatch(text):
        level, text = LEVELS[plain[1].lower()], plain[2]
    return {"number": number, "time": time, "level": level, "text": text}


def _structured(text: str) -> dict[str, Any] | None:
    """What a line of JSON says; None: it is none, or has no message."""
    if not text.startswith("{"):
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("message"), str) else None
