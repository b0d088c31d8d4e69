"""Whatever a model file holds, every problem in it is found at once and pointed at."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.parsing import parse
from tests.domain.models import FILE, book, check, found, model, read
from tests.domain.paths import EXAMPLES

ELEVEN = dedent("""\
    stackwright: 1
    name: bad-shop
    entities:
      Author:
        fields:
          name: {type: string, required: true}
          nickname: {type: strng}
          name: {type: text}
        relations:
          debut: {kind: many_to_one, target: Book, required: true}
      Book:
        colour: red
        fields:
          title: {type: string, required: true}
          class: string
          price: {type: "decimal(10, 2)", min: 10, max: 1}
          isbn: {type: string, pattern: "(["}
          pages: {type: integer, default: many}
          weight: {type: float, min: 1
          rating: integer
        relations:
          author: {kind: many_to_one, target: Author, required: true}
          publisher: {kind: many_to_one, target: Publisher}
      Author:
        fields:
          born_on: date
    """)


def test_eleven_kinds_of_mistakes_in_one_file_are_all_found_with_their_places() -> None:
    project, findings = parse(ELEVEN, FILE)
    assert project is None
    assert [(f.line, f.column, f.where, f.message) for f in findings] == [
        (7, 24, "entities.Author.fields.nickname.type", "There is no type `strng`."),
        (8, 7, "entities.Author.fields.name", "The field `name` is there twice, first on line 6."),
        (
            10,
            58,
            "entities.Author.relations.debut.required",
            "These required relations need each other, so no row could ever be first: "
            "Author.debut → Book.author → Author.",
        ),
        (12, 5, "entities.Book.colour", "An entity has no key `colour`."),
        (15, 7, "entities.Book.fields.class", "`class` is a keyword of Python."),
        (
            16,
            44,
            "entities.Book.fields.price.min",
            "`min` (10) is greater than `max` (1): no value is possible.",
        ),
        (
            17,
            37,
            "entities.Book.fields.isbn.pattern",
            "This is no valid regular expression: unterminated character set at character 2.",
        ),
        (18, 39, "entities.Book.fields.pages.default", "`many` is no whole number."),
        (19, 7, "model", "This is no valid YAML: brackets or commas do not match."),
        (
            23,
            46,
            "entities.Book.relations.publisher.target",
            "There is no entity `Publisher`.",
        ),
        (24, 3, "entities.Author", "The entity `Author` is there twice, first on line 4."),
    ]
    assert all(
        finding.hint
        for finding in findings
        if "default" not in finding.where and "pattern" not in finding.where
    )


def test_a_good_model_has_no_findings() -> None:
    project = read(book('price: {type: "decimal(10, 2)", min: 0}'))
    field = project.entity("Book").field("price")
    assert field is not None
    assert (field.precision, field.scale, field.min, field.label) == (10, 2, "0", "Price")
    assert field.where == "entities.Book.fields.price"


def test_a_finding_is_one_line_for_a_terminal() -> None:
    (finding,) = found(book("price: mony"))
    assert finding.sentence() == (
        "shop.stackwright.yaml:7:14: error: entities.Book.fields.price.type: There is no type `mony`. "
        "Hint: Did you mean `money`?"
        if "money`" in finding.hint
        else finding.sentence()
    )
    assert (finding.line, finding.column) == (7, 14)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "The file is empty"),
        ("# only a comment\n", "The file is empty"),
        ("- a\n- b\n", "A model is a mapping"),
        ("just words", "A model is a mapping"),
        ("3", "A model is a mapping"),
        ("[" * 5000, "nested more than"),
        ("{a: " * 400, "nested more than"),
        ("- " * 400, "nested more than"),
        ("\n".join(" " * i + "a:" for i in range(200)), "nested more than"),
        ("a: " + "x" * 2_000_001, "larger than 2,000,000 characters"),
        (b"stackwright: 1\n# caf\xe9\nname: x\n", "not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_a_finding_and_never_a_traceback(
    content: str | bytes, expected: str
) -> None:
    findings = found(content)
    assert any(expected in finding.message for finding in findings)
    assert parse(content, FILE)[0] is None


def test_wrong_bytes_are_pointed_at_and_the_rest_is_still_checked() -> None:
    text = book("price: strng").encode().replace(b"name: shop", b"name: shop # \xff")
    bytes_, *rest = found(text)
    assert (bytes_.line, bytes_.column) == (2, 14)
    assert any("strng" in finding.message for finding in rest)


def test_a_byte_order_mark_and_any_line_ends_are_fine() -> None:
    text = "\ufeff" + book("pages: integer").replace("\n", "\r\n")
    assert read(text).entity("Book").field("pages") is not None
    assert parse(text.encode(), FILE)[0] is not None


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x86", "\ue001", "\U000f0000", "\u202e", "\ud800"]
)
def test_invisible_and_private_characters_are_refused_where_they_stand(character: str) -> None:
    text = book(f"pages: {{type: integer, label: Pa{character}ges}}")
    (finding,) = found(text)
    assert f"U+{ord(character):04X}" in finding.message
    assert (finding.line, finding.column) == (7, 39)


def test_escapes_bring_no_forbidden_character_in() -> None:
    check(book(r'pages: {type: integer, label: "Pa\u0007ges"}'), "U+0007 is not allowed")
    check(book(r'pages: {type: json, default: ["\ue000"]}'), "U+E000 is not allowed")


def test_aliases_tags_and_merge_keys_are_refused() -> None:
    check(
        book("pages: &whole {type: integer}\nwords: *whole"),
        "The alias `*whole` is not allowed | Write the value out",
    )
    check(book("pages: !!int integer"), "The tag `tag:yaml.org,2002:int` is not allowed")
    check(book("pages: !!python/object:os.system integer"), "The tag ")
    check(book("<<: {pages: integer}"), "Merge keys are not allowed")
    check(book("pages: !stackwright-broken integer"), "There is no type")
    bomb = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert "alias" in found(bomb)[0].message


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("pages: {type: integer, min: 1", "brackets or commas do not match", 7),
        ("pages: [integer", "brackets or commas do not match", 7),
        ('pages: {type: integer, label: "Pages}', "quotation mark is not closed", 7),
        ("pages: type: integer", "a colon is not expected here", None),
        ("pages integer", "a colon is missing", None),
        ("\tpages: integer", "tab", None),
        ("pages: 'integer", "quotation mark", None),
        ("pages: @integer", "no valid YAML", None),
        ("pages: %integer", "no valid YAML", None),
        ("pages: }", "no valid YAML", None),
    ],
)
def test_a_broken_line_hides_nothing_else_and_brings_no_follow_ups(
    line: str, message: str, column: int | None
) -> None:
    text = book(
        f"first: strng\n{line}\nlast: integr",
        "checks:\n  c: {expression: pages > 1 and titel = 'x', message: Wrong.}",
    )
    findings = found(text)
    shown = [finding.sentence() for finding in findings]
    messages = [finding.message for finding in findings]
    assert "There is no type `strng`." in messages, shown
    assert "There is no type `integr`." in messages, shown
    broken = [finding for finding in findings if message in finding.message]
    assert len(broken) == 1, shown
    assert broken[0].line == 8, shown
    assert column is None or broken[0].column == column, shown
    if line.startswith("pages:"):  # the name is known, so the check that uses it is fine
        assert len(findings) == 4, shown


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  pages: intger", "indented unlike its neighbours"),
        (" pages: intger", "indented unlike its neighbours"),
        ("pages:intger", "a space is missing behind the colon"),
        ("\tpages: intger", "A tab stands where"),
    ],
)
def test_a_line_that_is_only_badly_spaced_is_read_all_the_same(line: str, message: str) -> None:
    findings = found(book(f"first: date\n{line}\nlast: date"))
    assert [finding.line for finding in findings] == [8, 8]
    assert message in findings[0].message
    assert findings[1].message == "There is no type `intger`."


def test_a_file_indented_with_tabs_is_read_all_the_same() -> None:
    tabbed = "stackwright: 1\nname: shop\nentities:\n\tBook:\n\t\tfields:\n\t\t\ttitle: strng\n"
    findings = found(tabbed)
    assert [(finding.line, finding.column) for finding in findings] == [(4, 1), (6, 14)]
    assert findings[0].message == "A tab stands where YAML wants spaces."
    assert findings[1].message == "There is no type `strng`."


def test_several_broken_lines_are_all_found() -> None:
    text = book("one: {type: integer\ntwo: integer\nthree: [x\nfour: 'a\nfive: strng")
    lines = [finding.line for finding in found(text)]
    assert lines == [7, 9, 10, 11]


def test_a_broken_line_takes_what_is_below_it_with_it() -> None:
    text = model("Book: {}}\n  fields:\n    x: strng\nAuthor:\n  fields:\n    y: strng")
    assert [finding.line for finding in found(text)] == [4, 9]


def test_a_second_document_is_cut_off() -> None:
    text = book("pages: strng") + "---\nmore: things\n"
    check(text, "There is no type `strng`", "holds a second YAML document")


def test_there_is_an_end_to_broken_lines() -> None:
    text = book("\n".join(f"f{number}: {{type: integer" for number in range(60)))
    findings = found(text)
    assert 20 <= len(findings) <= 60


def test_a_known_key_with_a_wrong_value_is_pointed_at() -> None:
    check(
        model(
            """
            Book:
              soft_delete: maybe
              label: 3
              fields: [title]
              indexes: title
              permissions: {read: public, creat: [user]}
              primary_key: {a: b}
              relations: 3
              computed: {x: 3}
              checks: {y: [1]}
            """.replace("            ", "")
        ),
        "Here is true or false expected, not `maybe`",
        "Here is a text expected, not `3` | quotes",
        "Here are fields by name expected",
        "Here is a list of lists of names expected, not `title`",
        "Here is a list of roles expected, not `public` | [public]",
        "has no key `creat` | `create`",
        "Here is a list of fields expected, not a mapping",
        "Here are relations by name expected",
        "A computed value is described by keys",
        "A check is described by keys",
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("stackwright: 2\nname: x-y\n", "no version of the language | `stackwright: 1`"),
        ("stackwright: true\nname: x-y\n", "no version of the language"),
        ("name: x-y\n", "lacks `stackwright`"),
        ("stackwright: 1\n", "lacks `name`"),
        ("stackwright: 1\nname: My Shop\n", "`My Shop` is not in kebab-case | `my-shop`"),
        ("stackwright: 1\nname: x\nroles: [Shop Keeper]\n", "is not in snake_case | `shop_keeper`"),
        ("stackwright: 1\nname: x\nroles: [clerk, clerk]\n", "`clerk` is in the list twice"),
        ("stackwright: 1\nname: x\nroles: [admin]\n", "`admin` is built in"),
        ("stackwright: 1\nname: x\nlocales: [english]\n", "`english` is no locale"),
        ("stackwright: 1\nname: x\nentites: {}\n", "no key `entites` | `entities`"),
        ('stackwright: 1\nname: x\ntitle: "a\\nb"\n', "must fit on one line"),
        (f"stackwright: 1\nname: x\ntitle: {'t' * 201}\n", "longer than 200 characters"),
        ("stackwright: 1\nname: x\n? [a]\n: b\n", "The name of a key must be a text"),
    ],
)
def test_the_head_of_a_model_is_checked(head: str, expected: str) -> None:
    check(f"{head}entities:\n  Book:\n    fields:\n      title: string\n", expected)


@pytest.mark.parametrize("entities", ["entities:\n", "entities: {}\n"])
def test_a_model_has_entities(entities: str) -> None:
    check(f"stackwright: 1\nname: x\n{entities}", "There are no entities | Book")


def test_the_title_is_made_of_the_name() -> None:
    project = read(book())
    assert (project.name, project.title, project.locales) == ("shop", "Shop", ("en", "de"))


@settings(max_examples=100, deadline=None)
@given(st.text() | st.text(st.sampled_from("ab:-[]{}'\"\n \t#&*!|>%@`,?1")) | st.binary())
def test_any_text_is_answered_with_findings(content: str | bytes) -> None:
    project, findings = parse(content, FILE)
    assert project is None
    assert findings


SAMPLES = [path.read_text(encoding="utf-8") for path in EXAMPLES]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_change_of_a_model_is_answered_without_a_traceback(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLES))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        piece = data.draw(
            st.text(max_size=4)
            | st.sampled_from(
                ["{", "}", "[", "]", ": ", "\n", "  ", "'", '"', "-1", "null", "1e999", "~"]
            )
        )
        text = text[:start] + piece + text[end:]
    project, findings = parse(text, FILE)
    assert project is not None or findings
    assert (project is None) is any(finding.level == "error" for finding in findings)
