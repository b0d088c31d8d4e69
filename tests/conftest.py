"""What all tests share: the option that rewrites expected output, and the order of the files."""

import signal

import pytest


def pytest_configure() -> None:
    """Let tests press Ctrl-C also where whoever started them ignores it, as shells do for what runs behind them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden",
        action="store_true",
        help="rewrite the expected output under tests/golden instead of comparing with it",
    )


LONG = ("toolchain", "slow", "services", "browser")  # marks of what takes long, the longest first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: side by side, none of them is then left for the end."""
    rank: dict[str, int] = {}
    for item in items:
        marks = [at for at, mark in enumerate(LONG) if item.get_closest_marker(mark)]
        file = item.location[0]
        rank[file] = min(rank.get(file, len(LONG)), *marks, len(LONG))
    items.sort(key=lambda item: rank[item.location[0]])
