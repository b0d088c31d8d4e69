"""Every mistake that a readable model can have, one line each."""

import pytest

from stackwright.domain.checks.patterns import is_catastrophic
from tests.domain.models import book, check, found, model


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("x: mony", "There is no type `mony`"),
        ("x: money", "There is no type `money` | `decimal(12, 2)`"),
        ("x: Strng", "There is no type `Strng` | `string`"),
        ("x: {type: str}", "There is no type `str` | `string`"),
        ("x: zzzz", "There is no type `zzzz` | The types are: string"),
        ("x: string(20)", "`string` has no parameters | `max_length: 20`"),
        ("x: enum(a)", "`enum` has no parameters | `values`"),
        ("x: date(1)", "`date` has no parameters | Write `date`"),
        ("x: decimal", "needs its precision and scale | decimal(10, 2)"),
        ('x: "decimal(a, 2)"', "needs its precision and scale"),
        ('x: "decimal(10, 2, 1)"', "needs its precision and scale"),
        ('x: "decimal(99, 2)"', "1 to 38 digits, not 99"),
        ('x: "decimal(0, 0)"', "1 to 38 digits, not 0"),
        ('x: "decimal(4, 6)"', "with 4 digits cannot have 6 after the point"),
        ("x: list", "needs the type of its items"),
        ("x: list(strng)", "cannot hold `strng` | `string`"),
        ("x: list(list)", "cannot hold `list`"),
        ("x: (string)", "There is no type `(string)`"),
        ("x: {label: X}", "The field lacks `type`"),
        ("x:", "The field lacks `type`"),
        ("x: [string]", "A field is described by keys"),
        ("x: {type: integer, requierd: true}", "has no key `requierd` | `required`"),
        ("x: {type: integer, nullable: true}", "has no key `nullable` | with the opposite value"),
        ("x: {type: string, maxLength: 3}", "has no key `maxLength` | `max_length`"),
        ("x: {type: string, target: Book}", "has no key `target` | is a key of a relation"),
        ("x: {type: string, blahblah: 1}", "has no key `blahblah` | The keys are: type"),
        ("x: {type: string, label: a, b}", "has no key `b`"),
        ("x: {type: integer, required: yes}", "true or false expected, not `yes`"),
        ("x: {type: string, max_length: -1}", "whole number from 0"),
        ("x: {type: string, max_length: many}", "whole number from 0"),
        ("x: {type: string, min: 3}", "`min` does not apply to the type string | min_length"),
        ("x: {type: integer, max_length: 3}", "`max_length` does not apply | `max`"),
        ("x: {type: integer, pattern: a}", "`pattern` does not apply | email, string, text, url"),
        ("x: {type: string, max_bytes: 3}", "`max_bytes` does not apply | file, image"),
        ("x: {type: file, default: a}", "`default` does not apply | uploaded"),
        ("x: {type: string, values: [a]}", "`values` does not apply | enum and list(enum)"),
        ("x: {type: list(string), values: [a]}", "`values` does not apply"),
        ("x: {type: text, unique: true}", "`unique` does not apply"),
        ("x: {type: boolean, unique: true}", "`unique` does not apply"),
        ("x: {type: integer, searchable: true}", "`searchable` does not apply"),
        ("x: enum", "An enum needs its values"),
        ("x: list(enum)", "An enum needs its values"),
        ("x: {type: enum, values: []}", "needs at least one value"),
        ("x: {type: enum, values: [a, b, a]}", "`a` is there twice"),
        ("x: {type: enum, values: {a: A, a: B}}", "The value `a` is there twice"),
        ("x: {type: enum, values: [On Sale]}", "not in snake_case | `on_sale`"),
        ("x: {type: enum, values: {On Sale: x}}", "not in snake_case | `on_sale`"),
        ("x: {type: enum, values: [a1, a_1]}", "become the same identifier"),
        ("x: {type: enum, values: [name, none, no, class]}", ""),
        ("x: {type: enum, values: {a: Same, b: same}}", "have the same label | | warning"),
        ("x: {type: enum, values: 3}", "Here are values by name expected"),
        ("x: {type: integer, min: 5, max: 3}", "`min` (5) is greater than `max` (3)"),
        ("x: {type: date, min: 2024-02-01, max: 2024-01-01}", "is greater than `max`"),
        ("x: {type: duration, min: PT2H, max: PT90M}", "is greater than `max`"),
        ('x: {type: time, min: "10:00", max: "09:00"}', "is greater than `max`"),
        (
            "x: {type: datetime, min: 2024-01-01T10:00:00+02:00, max: 2024-01-01T08:00:00Z}",
            "",
        ),
        ("x: {type: string, min_length: 5, max_length: 3}", "is greater than `max_length`"),
        ("x: {type: string, max_length: 0}", "`max_length` is 0"),
        ("x: {type: string, max_length: 20000}", "at most 10,000 | text"),
        ("x: {type: file, max_bytes: 0}", "`max_bytes` is 0"),
        ("x: {type: integer, min: small}", "`small` is no whole number"),
        ("x: {type: integer, min: 1.5}", "`1.5` is no whole number"),
        ("x: {type: integer, max: 3000000000}", "does not fit | bigint"),
        ("x: {type: bigint, max: 99999999999999999999}", "does not fit | decimal"),
        ("x: {type: float, min: small}", "`small` is no number"),
        ("x: {type: float, max: 1e301}", "does not fit into the type float"),
        ('x: {type: "decimal(5, 2)", min: abc}', "`abc` is no number"),
        ('x: {type: "decimal(5, 2)", min: true}', "`true` is no number"),
        ('x: {type: "decimal(5, 2)", min: 1e500}', "no usable number"),
        ('x: {type: "decimal(5, 2)", min: NaN}', "no usable number"),
        ('x: {type: "decimal(5, 2)", min: 0.001}', "more than 2 digits after the point"),
        ('x: {type: "decimal(5, 2)", max: 5000}', "more than 3 digits before the point"),
        ("x: {type: date, min: 2024-02-30}", "`2024-02-30` is no date"),
        ('x: {type: time, min: "25:00"}', "is no time"),
        ('x: {type: time, min: "09:00Z"}', "A time has no zone"),
        ("x: {type: datetime, min: soon}", "`soon` is no moment"),
        ("x: {type: datetime, min: 2024-01-01T10:00:00}", "has no zone | 09:30:00Z"),
        ("x: {type: datetime, min: 0001-01-01T00:00:00+10:00}", "too far away"),
        ("x: {type: duration, min: 2h}", "`2h` is no duration | PT1H30M"),
        ("x: {type: integer, default: many}", "`many` is no whole number"),
        ("x: {type: integer, default: true}", "`true` is no whole number"),
        ("x: {type: integer, default: [1]}", "This is no integer"),
        ("x: {type: integer, default: }", "There is no value"),
        ("x: {type: integer, default: now}", "`now` is no whole number | date, time and datetime"),
        ("x: {type: integer, min: 1, default: 0}", "The default `0` is less than `min` (1)"),
        ("x: {type: integer, max: 1, default: 2}", "The default `2` is greater than `max` (1)"),
        ('x: {type: "decimal(4, 1)", default: 0.25}', "more than 1 digits after"),
        ("x: {type: boolean, default: 1}", "`1` is neither true nor false"),
        ("x: {type: string, default: 1}", "`1` is no text | quotes"),
        ("x: {type: string, max_length: 2, default: abc}", "more than 2 characters"),
        ("x: {type: string, min_length: 4, default: abc}", "fewer than 4 characters"),
        ('x: {type: string, pattern: "[a-z]+", default: ABC}', "`ABC` does not match `pattern`"),
        ("x: {type: string, required: true, default: ''}", "is empty"),
        ("x: {type: string, unique: true, default: abc}", "unique field has a default"),
        ("x: {type: enum, values: [draft], default: draf}", "`draf` is none of | `draft`"),
        ("x: {type: enum, values: [aa], default: zzz}", "`zzz` is none of | There are: aa"),
        ("x: {type: list(integer), default: 3}", "The value of a list is a list"),
        ("x: {type: list(integer), default: [a]}", "`a` is no whole number"),
        ("x: {type: list(string), max_length: 1, default: [a, b]}", "more than 1 items"),
        ("x: {type: uuid, default: abc}", "`abc` is no UUID"),
        ("x: {type: email, default: abc}", "`abc` is no email address"),
        ("x: {type: url, default: abc}", "`abc` is no web address"),
        ("x: {type: point, default: abc}", "A point has a latitude"),
        ("x: {type: point, default: {lat: 99, lng: 1}}", "`lat` is a number from -90 to 90"),
        ("x: {type: integer, examples: 3}", "a list of values expected, not `3`"),
        ("x: {type: integer, min: 1, examples: [2, 0]}", "The example `0` is less than `min`"),
        ("x: {type: string, sensitive: true, searchable: true}", "cannot be searchable"),
        ("x: {type: string, immutable: true}", "can never be filled in | | warning"),
        ("x: {type: string, renamed_from: title}", "There still is `title`"),
        ('x: {type: string, pattern: "(["}', "no valid regular expression"),
        ('x: {type: string, pattern: "(?P<a>x)"}', "named groups | plain group"),
        ('x: {type: string, pattern: "(?<a>x)"}', "no valid regular expression | plain group"),
        (r"x: {type: string, pattern: '\p{L}+'}", "no valid regular expression | Python knows no"),
        ('x: {type: string, pattern: "(?i)abc"}', "inline flags"),
        (r"x: {type: string, pattern: '\Aabc\Z'}", "JavaScript does not know"),
        ('x: {type: string, pattern: "a++"}', "possessive"),
        ('x: {type: string, pattern: "a{,3}"}', "without a least number | {0,9}"),
        ('x: {type: string, pattern: "[]a]"}', "a bracket right at the start of a class"),
        ('x: {type: string, pattern: "(?>a)b"}', "atomic"),
        (r"x: {type: string, pattern: '(a)\1'}", "references"),
        ('x: {type: string, pattern: "(a+)+b"}', "can take for ever | | warning"),
        ('x: {type: string, pattern: "(a+)+b", default: aaaa}', "can take for ever | | warning"),
        ("Big: integer", "`Big` is not in snake_case | `big`"),
        ("two__parts: integer", "`two__parts` is not in snake_case | `two_parts`"),
        (f"{'x' * 61}: integer", "longer than 60 characters"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_field_is_found(field: str, expected: str) -> None:
    check(book(field), *([expected] if expected else []))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(a+)+", True),
        (r"(\w+\s*)*", True),
        ("(a*)*b", True),
        ("((a+))+", True),
        ("(?:a+){2,}", True),
        ("(a|b+)+", True),
        ("[a-z]+(-[a-z]+)*", False),
        ("(ab+)+", False),
        ("(a+){2}", False),
        (r"(\+)+", False),
        ("[(+]+", False),
        ("(a?b)+", False),
        ("^(?=.*x)[a-z]+$", False),
    ],
)
def test_repeated_repetitions_are_noticed(pattern: str, expected: bool) -> None:
    assert is_catastrophic(pattern) is expected


def test_patterns_that_may_be_slow_are_never_tried() -> None:
    text = "a" * 60
    for pattern in ("(a|a)+b", "(x|a|aa)*c", "(a+)+b"):
        findings = found(book(f'x: {{type: string, pattern: "{pattern}", default: {text}}}'))
        assert all(finding.level == "warning" for finding in findings)


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ("order_line: {fields: {x: string}}", "not in PascalCase | `OrderLine`"),
        ("Book: {fields: {x: string}}\nBOOK: {fields: {x: string}}", "differ only in upper and"),
        (
            "OrderLine: {fields: {x: string}}\nOrderline: {fields: {x: string}}",
            "differ only in upper and lower case",
        ),
        ("Series: {fields: {x: string}}", "The plural of `Series` is the same word | SeriesList"),
        ("Book: {plural: book, fields: {x: string}}", "not in PascalCase"),
        (
            "Book: {fields: {x: string}}\nBooks: {fields: {x: string}}",
            "The plural of `Book` is `Books`, which is another entity",
        ),
        (
            "Book: {fields: {x: string}}\nTome: {plural: Books, fields: {x: string}}",
            "`Book` and `Tome` have the same plural",
        ),
        (
            "Book: {fields: {x: string}}\nBookFields: {plural: Parts, fields: {x: string}}",
            "generated code calls the fields of `Book`",
        ),
        ("Usar: {plural: Users, fields: {x: string}}", "needed by generated code"),
        (f"{'Ab' * 25}: {{fields: {{x: string}}}}", "longer than 60 characters"),
        ("Book: {renamed_from: Tome, fields: {x: string}}\nTome: {fields: {x: string}}",
         "There still is an entity `Tome`"),
        ("Book: {renamed_from: Old, fields: {x: string}}\nTome: {renamed_from: Old, fields: {x: string}}",
         "`Old` has also been renamed to `Book`"),
        ("Book:", "Book has no fields | | warning"),
        ("Book: {colour: red, fields: {x: string}}", "An entity has no key `colour`"),
        ("Book: {field: {x: string}}", "has no key `field` | `fields`"),
        ("Book: [a]", "An entity is described by keys"),
        ("Book: {display: titel, fields: {title: string}}", "no field `titel` | `title`"),
        ("Book: {display: x, fields: {x: {type: string, sensitive: true}}}", "is sensitive"),
        ("Book: {display: x, fields: {x: json}}", "The type json cannot be shown"),
        (
            "Book: {display: y, fields: {x: integer}, computed: {y: {type: integer, expression: x}}}",
            "no field `y` | stored",
        ),
        ("Book: {primary_key: uid, fields: {x: string}}", "`uid` is no kind of key | `uuid`"),
        ("Book: {primary_key: x, fields: {x: string}}", "`x` is no kind of key | write [x]"),
        ("Book: {primary_key: [], fields: {x: string}}", "The primary key has no parts"),
        ("Book: {primary_key: [y], fields: {x: string}}", "no field or to-one relation `y`"),
        ("Book: {primary_key: [x], fields: {x: string}}", "may be left out | `required: true`"),
        ("Book: {primary_key: [x], fields: {x: {type: float, required: true}}}",
         "The type float cannot be part of a primary key"),
        ("Book: {primary_key: [x, x], fields: {x: {type: string, required: true}}}",
         "`x` is in the list twice"),
        ("Book: {primary_key: [x], fields: {x: {type: string, required: true, sensitive: true}}}",
         "is sensitive, and a key is seen"),
        ("Book: {indexes: [[x, y]], fields: {x: string}}", "no field or to-one relation `y`"),
        ("Book: {indexes: [x], fields: {x: string}}", "Each entry is a list of names | [[x]]"),
        ("Book: {indexes: [[]], fields: {x: string}}", "The list is empty"),
        ("Book: {indexes: [[x]], fields: {x: json}}", "The type json cannot be part of this index"),
        ("Book: {unique: [[x]], fields: {x: text}}", "The type text cannot be part of this unique"),
        ("Book: {unique: [[x, y], [y, x]], fields: {x: string, y: string}}", "is there twice"),
        ("Book: {indexes: [[x], [x]], fields: {x: string}}", "This index is there twice"),
        ("Book: {unique: [[x]], fields: {x: {type: string, unique: true}}}",
         "`x` is unique anyway | | warning"),
        ("Book: {unique: [[x]], primary_key: [x], fields: {x: {type: string, required: true}}}",
         "primary key is unique anyway | | warning"),
        ("Book: {unique: [[a]], fields: {x: string}, relations: {a: {kind: one_to_one, target: User}}}",
         "is one_to_one, and so unique anyway | | warning"),
        ("Book: {unique: [[a]], fields: {x: string}, relations: {a: {kind: many_to_many, target: User}}}",
         "no field or to-one relation `a` | has no column here"),
        ("Book: {unique: [[a_id]], fields: {x: string}, relations: {a: {kind: many_to_one, target: User}}}",
         "no field or to-one relation `a_id` | `a`"),
        ("Book: {unique: [[y]], fields: {x: integer}, computed: {y: {type: integer, expression: x}}}",
         "no field or to-one relation `y` | computed"),
        ("Book: {permissions: {read: [clerk]}, fields: {x: string}}", "no role `clerk` | `roles`"),
        ("Book: {permissions: {read: [usr]}, fields: {x: string}}", "no role `usr` | `user`"),
        ("Book: {checks: {c: {expression: x > 1}}, fields: {x: integer}}", "lacks `message`"),
        ("Book: {checks: {c: {expression: x, message: m}}, fields: {x: integer}}",
         "must be true or false"),
        ("Book: {checks: {c: {expression: 1 > 0, message: m}}, fields: {x: integer}}",
         "reads no field"),
        ("Book: {checks: {c: {expression: y > 0, message: m}}, fields: {x: integer},"
         " computed: {y: {type: integer, expression: x}}}", "no field `y` | not computed ones"),
        ("Book: {checks: {c: {expression: a is null, message: m}}, fields: {x: integer},"
         " relations: {a: {kind: many_to_one, target: User}}}", "no field `a` | not relations"),
        ("Book: {computed: {y: {type: date, expression: x}}, fields: {x: integer}}",
         "This is a whole number, but the type is date | bigint, decimal, float, integer"),
        ("Book: {computed: {y: {type: integer, expression: x / 2}}, fields: {x: integer}}",
         "This is a number, but the type is integer | decimal(10, 0)"),
        ("Book: {computed: {y: {type: enum, expression: x}}, fields: {x: integer}}",
         "cannot be of the type enum"),
        ("Book: {computed: {y: {type: string, expression: x}}, fields: {x: json}}",
         "but the type is string | Only stored values"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_entity_is_found(entities: str, expected: str) -> None:
    check(model(entities), expected)


def test_a_position_in_an_expression_is_a_column_of_the_file() -> None:
    text = book("pages: integer", "checks:\n  c: {expression: \"pages > 'x'\", message: m}")
    (finding,) = found(text)
    assert (finding.line, text.splitlines()[finding.line - 1][finding.column - 1]) == (9, ">")
    folded = book(
        "pages: integer", "checks:\n  c:\n    expression: >\n      pages > 'x'\n    message: m"
    )
    assert found(folded)[0].line == 10


def test_a_broken_field_brings_no_follow_ups() -> None:
    text = book(
        "price: mony",
        "display: title\nindexes: [[price]]\nunique: [[price, title]]\n"
        "checks:\n  c: {expression: price > 3 and price < 'x', message: m}\n"
        "computed:\n  y: {type: integer, expression: price + 1}",
    )
    check(text, "There is no type `mony`")


def test_more_of_anything_than_people_can_bear_is_said() -> None:
    many = "\n".join(f"f{number}: integer" for number in range(81))
    check(book(many), "Book has 82 fields | Split | warning")
    most = "\n".join(f"f{number}: integer" for number in range(901))
    check(book(most), "Book has 902 fields; databases allow 900 | Split | error")
    entities = "\n".join(f"E{number}a: {{fields: {{x: string}}}}" for number in range(201))
    check(model(entities), "201 entities are a lot | | warning")
    values = ", ".join(f"v{number}" for number in range(201))
    check(book(f"x: {{type: enum, values: [{values}]}}"), "has 201 values | | warning")
    parts = "\n".join(f"f{number}: integer" for number in range(17))
    names = ", ".join(f"f{number}" for number in range(17))
    check(book(parts, f"indexes: [[{names}]]"), "MySQL allows 16 columns")
