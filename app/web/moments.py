"""Moments as pages write them."""

from datetime import UTC, datetime


def minute(moment: datetime) -> str:
    """To the minute, in UTC: `2026-03-01 12:00`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
