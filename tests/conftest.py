"""What all tests share: the option that rewrites expected output, and a home of their own."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden",
        action="store_true",
        help="rewrite the expected output under tests/golden instead of comparing with it",
    )
