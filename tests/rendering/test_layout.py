"""Layout marks become the line breaks that formatters would leave."""

import pytest

from stackwright.rendering.layout import lay_out, py_args, translate_marks, ts_args, ts_names


def check(source: str, expected: str, *, step: int = 2, width: int = 20) -> None:
    assert lay_out(translate_marks(source), step, width) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("f(«¦a,¶b¸¦»);", "f(a, b);", id="fits: flat"),
        pytest.param(
            "call(«¦first,¶seconds¸¦»);",
            "call(\n  first,\n  seconds,\n);",
            id="too wide: one a line",
        ),
        pytest.param(
            "  call(«¦first,¶other¸¦»);",
            "  call(\n    first,\n    other,\n  );",
            id="keeps indentation",
        ),
        pytest.param(
            "f(«¦1234567890,¶12¸¦»)567", "f(1234567890, 12)567", id="exactly the width fits"
        ),
        pytest.param(
            "f(«¦1234567890,¶12¸¦»)5678",
            "f(\n  1234567890,\n  12,\n)5678",
            id="what follows counts",
        ),
        pytest.param(
            "f(«¦a,¶b¦»)\n" + "x" * 30, "f(a, b)\n" + "x" * 30, id="a following line does not count"
        ),
        pytest.param(
            "x =«¶'0123456789abcdefg'»;",
            "x =\n  '0123456789abcdefg';",
            id="break after the operator",
        ),
        pytest.param(
            "f(«¦{\n  a\n}¦»)", "f(\n  {\n  a\n}\n)", id="a newline inside breaks the group"
        ),
        pytest.param(
            "f(«¦g(«¦a,¶b¸¦»),¶hhhhhhhhhhh¸¦»)",
            "f(\n  g(a, b),\n  hhhhhhhhhhh,\n)",
            id="inner group decides",
        ),
        pytest.param(
            "f(«¦a(«¦123456,¶1234567¦»)¸¦»)",
            "f(\n  a(\n    123456,\n    1234567\n  ),\n)",
            id="the comma of the enclosing group counts",
        ),
        pytest.param("no marks {}", "no marks {}", id="text without marks"),
    ],
)
def test_a_group_is_flat_when_it_fits_and_broken_when_it_does_not(
    source: str, expected: str
) -> None:
    check(source, expected)


def test_python_arguments_try_a_line_of_their_own_before_one_a_line() -> None:
    assert lay_out(f"call({py_args(['first', 'second'])})", 4, 20) == "call(first, second)"
    assert (
        lay_out(f"caller({py_args(['first', 'second'])})", 4, 20) == "caller(\n    first, second\n)"
    )
    wide = lay_out(f"call({py_args(['a_first_one', 'a_second'])})", 4, 20)
    assert wide == "call(\n    a_first_one,\n    a_second,\n)"


def test_names_between_braces_have_spaces_when_flat() -> None:
    assert lay_out(f"import {{{ts_names(['a', 'b'])}}}", 2, 20) == "import { a, b }"
    assert (
        lay_out(f"import {{{ts_names(['first', 'second'])}}}", 2, 20)
        == "import {\n  first,\n  second,\n}"
    )


def test_nothing_between_brackets_has_no_marks() -> None:
    assert (ts_args([]), ts_names([]), py_args([])) == ("", "", "")


def test_wide_characters_take_two_columns() -> None:
    check("f(«¦書店書店書,¶ab¦»)", "f(書店書店書, ab)", width=18)
    check("f(«¦書店書店書,¶ab¦»)", "f(\n  書店書店書,\n  ab\n)", width=16)
