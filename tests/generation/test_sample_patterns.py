"""Strings that a pattern matches, and near misses."""

import random
import re

import pytest

from stackwright.generation.samples.patterns import matching, missing


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{3}-\d{4}",
        r"^(?=.*\d)(?=.*[a-z])[A-Za-z\d]{8,}$",
        r"\+?[0-9 ()-]{7,20}",
        r"(a|b)\1+",
        r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
        r"(?i)[a-z]{2}\b",
        r"(?!x)\w{3}",
        r"#(?:[0-9a-f]{3}){1,2}",
        r"\S+(?: \S+)*",
        r"[à-ü]{4}",
        r"(?P<year>\d{4})-(?P=year)",
    ],
)
def test_strings_are_found_for_patterns_and_near_misses_too(pattern: str) -> None:
    found = matching(pattern, random.Random(5))
    assert found is not None
    assert re.fullmatch(pattern, found)
    near = missing(pattern, found)
    assert near is not None
    assert not re.fullmatch(pattern, near)


@pytest.mark.parametrize("pattern", ["(", r"a{3}(?<=b)", "[a-z]{400}"])
def test_no_string_is_found_for_a_pattern_that_nothing_matches(pattern: str) -> None:
    assert matching(pattern, random.Random(5), max_length=20) is None
