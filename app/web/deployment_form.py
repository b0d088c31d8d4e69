"""The form of a deployment, made from the fields of its model: what is asked, as it is typed, and back again."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import Field

from stackwright.deployment.config import PAGES, Deployment
from stackwright.value import Value

Raw = dict[
    str, Any
]  # nested as the model is, but as it was typed: texts, and rows where the model has names
LINES, ROWS = "lines", "rows"
MOST_ROWS, MOST_TYPED = 200, 20_000  # rows of one thing, characters of one text
NAME = "name"  # of a row that the model knows by its name


class Blank(Value):
    """One thing that is asked."""

    path: str = Field(description="Where it belongs in the model, such as `cloud.region`.")
    kind: str = Field(description="text, number, checkbox, choice, lines or rows.")
    title: str
    about: str = ""
    choices: tuple[str, ...] = ()
    attributes: Mapping[str, str | int | float] = Field({}, description="Limits, for browsers.")
    columns: tuple["Blank", ...] = Field((), description="Of a row; paths begin at the row.")
    is_named: bool = Field(
        default=False, description="Whether the model knows rows by their names."
    )
    is_plain: bool = Field(default=False, description="Whether a named row is one text.")
    is_whole: bool = Field(default=False, description="Whether a number has no decimals.")
    can_be_none: bool = False
    is_needed: bool = Field(
        default=False, description="Whether something has to be typed, whatever else is chosen."
    )

    @property
    def row(self) -> Raw:
        """A row that nothing was typed into."""
        return {
            one.path: one.choices[0] if one.kind == "choice" else one.attributes.get("value", "")
            for one in self.columns
        }


class Group(Value):
    """Things that are asked together."""

    path: str
    title: str
    about: str
    blanks: tuple[Blank, ...]
    may_be_empty: bool = Field(default=False, description="Whether nothing in it has to be there.")


class Step(Value):
    """A page of the wizard."""

    number: int
    slug: str
    title: str
    groups: tuple[Group, ...]

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """All that it asks."""
        return tuple(blank for group in self.groups for blank in group.blanks)


@cache
def steps() -> tuple[Step, ...]:
    """All pages, in their order."""
    schema = Deployment.model_json_schema()
    definitions = schema["$defs"]
    return tuple(
        Step(
            number=number,
            slug=re.sub(r"[^a-z]+", "-", title.lower()),
            title=title,
            groups=tuple(_merged(_groups(schema, parts, definitions))),
        )
        for number, (title, parts) in enumerate(PAGES, 1)
    )


def step_called(slug: str) -> Step | None:
    """The page with this address."""
    return next((step for step in steps() if step.slug == slug), None)


def step_of(where: str) -> Step:
    """The page where this place of the model is asked; the first one, if none asks it."""
    for step in steps():
        if any(where == one.path or where.startswith(f"{one.path}.") for one in step.blanks):
            return step
    begin = where.partition(".")[0]
    for step, (_, parts) in zip(steps(), PAGES, strict=True):
        if begin in parts:
            return step
    return steps()[0]


def typed(config: Deployment) -> Raw:
    """The choices as somebody would have typed them."""
    model, raw = config.model_dump(mode="json"), Raw()
    for step in steps():
        for blank in step.blanks:
            put(raw, blank.path, _typed(blank, _at(model, blank.path)))
    return raw


def sent(step: Step, form: Mapping[str, str]) -> Raw:
    """What a form of this page holds.

    Args:
        step: The page.
        form: Name of a field → what was typed.
    """
    raw = Raw()
    for blank in step.blanks:
        if blank.kind == ROWS:
            pattern = re.compile(rf"{re.escape(blank.path)}\.(\d+)\.")
            numbers = sorted({int(found[1]) for name in form if (found := pattern.match(name))})
            put(raw, blank.path, [_row(blank, number, form) for number in numbers[:MOST_ROWS]])
        elif blank.kind == "checkbox":
            put(raw, blank.path, blank.path in form)
        else:
            put(raw, blank.path, _clean(form.get(blank.path, "")))
    return raw


def wanted(raw: Raw) -> tuple[Raw, Mapping[str, str]]:
    """What the model would be made of, and where its rows lie in what was typed: model path → typed path."""
    made, places = Raw(), dict[str, str]()
    for step in steps():
        for group in step.groups:
            if group.may_be_empty and not any(_at(raw, one.path) for one in group.blanks[:1]):
                put(made, group.path, None)
                continue
            for blank in group.blanks:
                put(made, blank.path, _wanted(blank, _at(raw, blank.path), places))
    return made, places


def repeated(raw: Raw) -> Iterator[tuple[str, str]]:
    """Rows that have the name of an earlier one: where, and the name."""
    for step in steps():
        for blank in step.blanks:
            seen = set[str]()
            if blank.is_named:
                for number, row in enumerate(_at(raw, blank.path) or []):
                    name = str(row.get(NAME, "")).strip()
                    if name and name in seen:
                        yield f"{blank.path}.{number}.{NAME}", name
                    seen.add(name)


def put(raw: Raw, path: str, value: Any) -> None:
    """Set what lies at this path."""
    *parents, last = path.split(".")
    for name in parents:
        inner = raw.get(name)
        raw = raw.setdefault(name, Raw()) if isinstance(inner, dict) or inner is None else raw
    raw[last] = value


def merged(raw: Raw, news: Raw) -> Raw:
    """What was typed, with the answers of one page in the place of those that it had."""
    result = dict(raw)
    for name, value in news.items():
        old = result.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[name] = merged(old, value) if both else value  # type: ignore[arg-type]  # both says it
    return result


def value_at(raw: Raw, path: str) -> Any:
    """What was typed at this path; empty: nothing."""
    found = _at(raw, path)
    return "" if found is None else found


def _groups(schema: Raw, parts: tuple[str, ...], definitions: Raw) -> Iterator[Group]:
    for name in parts:
        described = schema["properties"][name]
        whole, can_be_none = _resolved(described, definitions)
        if "properties" not in whole:
            blank = _blank(name, described, definitions)
            yield Group(path=name, title="", about="", blanks=(blank,))
        else:
            yield from _group(name, described, whole, definitions, may_be_empty=can_be_none)


def _group(
    path: str, described: Raw, whole: Raw, definitions: Raw, *, may_be_empty: bool
) -> Iterator[Group]:
    """A group for what it asks itself, and one for each part of it."""
    inner, blanks = list[Group](), list[Blank]()
    for name, part in whole["properties"].items():
        its_whole, can_be_none = _resolved(part, definitions)
        its_path = f"{path}.{name}"
        if "properties" in its_whole:
            inner += _group(its_path, part, its_whole, definitions, may_be_empty=can_be_none)
        else:
            blanks.append(_blank(its_path, part, definitions))
    if blanks:
        yield Group(
            path=path,
            title=described.get("title") or whole["title"],
            about=described.get("description") or whole.get("description", ""),
            blanks=tuple(blanks),
            may_be_empty=may_be_empty,
        )
    yield from inner


def _merged(groups: Iterator[Group]) -> Iterator[Group]:
    """The same groups; one without a title begins the next one."""
    waiting: tuple[Blank, ...] = ()
    for group in groups:
        if not group.title:
            waiting += group.blanks
            continue
        yield group.model_copy(update={"blanks": (*waiting, *group.blanks)})
        waiting = ()


def _blank(path: str, described: Raw, definitions: Raw) -> Blank:
    whole, can_be_none = _resolved(described, definitions)
    its: Raw = {
        "path": path,
        "title": described.get("title") or whole.get("title") or path.rpartition(".")[2],
        "about": described.get("description") or whole.get("description", ""),
        "can_be_none": can_be_none,
    }
    kind = whole.get("type")
    its["is_needed"] = kind != "boolean" and described.get("default", ...) not in ("", None, [], {})
    if "enum" in whole:
        return Blank(kind="choice", choices=tuple(whole["enum"]), **its)
    if kind == "boolean":
        return Blank(kind="checkbox", **its)
    if kind in ("integer", "number"):
        limits = {"min": "minimum", "max": "maximum"}
        attributes: Raw = {
            mine: whole[theirs] for mine, theirs in limits.items() if theirs in whole
        }
        attributes["step"] = 1 if kind == "integer" else "any"
        if "default" in described and described["default"] is not None:
            attributes["value"] = described["default"]
        return Blank(kind="number", attributes=attributes, is_whole=kind == "integer", **its)
    if kind == "array":
        items, _ = _resolved(whole["items"], definitions)
        if "properties" in items:
            return Blank(kind=ROWS, columns=_columns(items, definitions), **its)
        return Blank(kind=LINES, **its)
    if kind == "object":
        inner = next(
            iter(whole.get("patternProperties", {"": whole.get("additionalProperties")}).values())
        )
        items, _ = _resolved(inner, definitions)
        name = Blank(path=NAME, kind="text", title="Name", is_needed=True)
        is_plain = "properties" not in items
        value = Blank(path="value", kind="text", title="Value", attributes=_length(items))
        columns = (value,) if is_plain else _columns(items, definitions)
        return Blank(kind=ROWS, columns=(name, *columns), is_named=True, is_plain=is_plain, **its)
    attributes = _length(whole)
    if described.get("default"):
        attributes["value"] = described["default"]
    return Blank(kind="text", attributes=attributes, **its)


def _columns(whole: Raw, definitions: Raw) -> tuple[Blank, ...]:
    return tuple(_blank(name, part, definitions) for name, part in whole["properties"].items())


def _length(whole: Raw) -> Raw:
    return {"maxlength": whole["maxLength"]} if "maxLength" in whole else {}


def _resolved(described: Raw, definitions: Raw) -> tuple[Raw, bool]:
    """What a reference leads to, and whether there may be nothing instead."""
    some = described.get("anyOf", ())
    for one in some:
        if one.get("type") != "null":
            whole, _ = _resolved(one, definitions)
            return whole, len(some) > 1
    if "$ref" in described:
        return definitions[described["$ref"].rpartition("/")[2]], False
    return described, False


def _typed(blank: Blank, value: Any) -> Any:
    if blank.kind == ROWS:
        if not blank.is_named:
            return [
                {one.path: _typed(one, row.get(one.path)) for one in blank.columns}
                for row in value or ()
            ]
        rows = []
        for name, content in (value or {}).items():
            inner = {"value": content} if blank.is_plain else content
            rest = blank.columns[1:]
            rows.append({NAME: name} | {one.path: _typed(one, inner.get(one.path)) for one in rest})
        return rows
    if blank.kind == LINES:
        return "\n".join(value or ())
    if blank.kind == "checkbox":
        return bool(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _row(blank: Blank, number: int, form: Mapping[str, str]) -> Raw:
    begin = f"{blank.path}.{number}."
    return {one.path: _clean(form.get(begin + one.path, "")) for one in blank.columns}


def _wanted(blank: Blank, value: Any, places: dict[str, str]) -> Any:
    if blank.kind != ROWS:
        return _one(blank, value)
    rows, named = list[Raw](), Raw()
    for number, row in enumerate(value if isinstance(value, list) else ()):
        empty = blank.row
        if all(
            str(row.get(one.path, "")).strip() in ("", str(empty[one.path]))
            for one in blank.columns
        ):
            continue
        made = {one.path: _one(one, row.get(one.path, "")) for one in blank.columns}
        given = {key: its for key, its in made.items() if its != "" and key != NAME}
        typed_at = f"{blank.path}.{number}"
        if blank.is_named:
            name = str(made[NAME] or "")
            places[f"{blank.path}.{name}"] = typed_at
            named.setdefault(name, made["value"] if blank.is_plain else given)
        else:
            places[f"{blank.path}.{len(rows)}"] = typed_at
            rows.append(given)
    return named if blank.is_named else rows


def _one(blank: Blank, value: Any) -> Any:
    if blank.kind == LINES:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]
    if blank.kind == "checkbox":
        return bool(value)
    text = str(value or "")
    if blank.path != "value":  # of a variable, which may begin or end with spaces
        text = text.strip()
    return text or (None if blank.can_be_none else "")


def _at(raw: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(raw, dict):
            return None
        raw = raw.get(name)
    return raw


def _clean(text: str) -> str:
    """What was typed, without what no database keeps."""
    return text.replace("\x00", "\ufffd").replace("\r\n", "\n")[:MOST_TYPED]
