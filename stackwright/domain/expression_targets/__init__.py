"""Expressions as source text of the languages of a generated project.

A condition is printed so that it is true whenever SQL's CHECK would not fail: negation is pushed
inwards and each comparison passes when one of its operands is null.
"""

from stackwright.domain.expression_targets.marks import Marks
from stackwright.domain.expression_targets.python import python_imports, to_python
from stackwright.domain.expression_targets.sql import Dialect, to_sql
from stackwright.domain.expression_targets.typescript import to_typescript, typescript_helpers

__all__ = [
    "Dialect",
    "Marks",
    "python_imports",
    "to_python",
    "to_sql",
    "to_typescript",
    "typescript_helpers",
]
