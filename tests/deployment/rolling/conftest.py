"""What all providers of these tests have in common."""

import pytest


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once: providers on this machine move on by being looked at."""
    monkeypatch.setattr("tasks.rolling.following.FIRST_S", 0.001)
