"""Tests of the back end: `pytest`, or `TEST_DATABASE_URL=postgresql://… pytest`."""

import pytest

pytest.register_assert_rewrite("tests.assertions", "tests.world")
