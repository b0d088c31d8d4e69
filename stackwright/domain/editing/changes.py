"""What people do to a model: add, remove and rename its parts."""

from collections.abc import Callable, Iterator

import yaml

from stackwright.domain import naming
from stackwright.domain.editing.script import Cut, Pair, Script, Written, named, pairs
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.language import MAX_NAME, PASCAL, RELATION_KINDS, SNAKE
from stackwright.domain.parsing import read
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

_FIRST_FIELD: Written = {"name": {"type": "string", "required": "true"}}


class Edit(Value):
    """A changed text."""

    text: str
    line: int  # where it changed, counted from 1
    broken: tuple[Finding, ...] = ()  # errors that were not there before


def add_entity(text: str, name: str) -> Edit:
    """One more entity at the end, with a field `name` to begin with.

    Raises:
        ProjectError: The name is taken or wrongly spelled, or the text cannot be read.
    """
    script = Script(text)
    _must_be_spelled(name, PASCAL.fullmatch, naming.pascal, "an entity", "OrderLine")
    owner = named(script.root, "entities")
    written: Written = {"fields": _FIRST_FIELD}
    if owner is None:
        cut = script.put_in(_root(script), "entities", {name: written})
    else:
        _must_be_new(owner.value, name, "entity")
        cut = script.put_in(owner, name, written)
    return _edit(script, [cut])


def remove_entity(text: str, name: str, *, with_relations: bool = False) -> Edit:
    """One entity less.

    Args:
        text: The model.
        name: Which one.
        with_relations: Take out the relations of others that point to it, too.

    Raises:
        ProjectError: There is no such entity, or the text cannot be read.
    """
    script = Script(text)
    owner, entity = _entity(script, name)
    cuts = [script.take_out(owner, entity)]
    for other in pairs(owner.value) if with_relations else ():
        relations = named(other.value, "relations")
        if other.key is entity.key or relations is None:
            continue
        gone = [one for one in pairs(relations.value) if _target_of(one) == name]
        if gone and len(gone) == len(list(pairs(relations.value))):
            cuts.append(script.take_out(other, relations))
        else:
            cuts += _all_out(script, relations, gone)
    return _edit(script, cuts)


def rename_entity(text: str, name: str, new: str) -> Edit:
    """The same entity under another name; all relations follow.

    Raises:
        ProjectError: There is no such entity, the new name is taken or wrongly spelled, or the text cannot be read.
    """
    script = Script(text)
    owner, entity = _entity(script, name)
    if new == name:
        return Edit(text=text, line=entity.key.start_mark.line + 1)
    _must_be_spelled(new, PASCAL.fullmatch, naming.pascal, "an entity", "OrderLine")
    _must_be_new(owner.value, new, "entity")
    spelled = [entity.key, *(one for one in _targets(owner.value) if one.value == name)]
    return _edit(script, [script.respelled(one, new) for one in spelled])


def add_field(text: str, entity: str, name: str, type_: str, *, required: bool = False) -> Edit:
    """One more field of an entity.

    Args:
        text: The model.
        entity: Whose.
        name: In snake_case.
        type_: As it is written in a model: `decimal(10, 2)`; an enum gets two values to begin with.
        required: Whether it always has a value.

    Raises:
        ProjectError: There is no such entity, the name is taken or wrongly spelled, or the text cannot be read.
    """
    script = Script(text)
    _, owner = _entity(script, entity)
    _must_be_spelled(name, SNAKE.fullmatch, naming.snake, "a field", "published_on")
    type_ = " ".join(type_.split())
    if any(letter in type_ for letter in "\"'#:{}[]\n") or not type_:
        raise ProjectError.bad_input(f"`{type_}` is no type.", hint="Write one such as `string`.")
    _must_be_new_member(owner, name)
    written: dict[str, Written] = {"type": f'"{type_}"' if "," in type_ else type_}
    if type_ in {"enum", "list(enum)"}:
        written["values"] = {"first": "First", "second": "Second"}
    if required:
        written["required"] = "true"
    value: Written = written if len(written) > 1 else written["type"]
    return _edit(script, [_into(script, owner, "fields", name, value)])


def remove_field(text: str, entity: str, name: str) -> Edit:
    """One field less of an entity.

    Raises:
        ProjectError: There is no such field, or the text cannot be read.
    """
    script = Script(text)
    _, owner = _entity(script, entity)
    fields = named(owner.value, "fields")
    field = named(fields.value, name) if fields else None
    if fields is None or field is None:
        raise _missing(f"{entity} has no field `{name}`.")
    is_last = len(list(pairs(fields.value))) == 1
    cut = script.take_out(owner, fields) if is_last else script.take_out(fields, field)
    return _edit(script, [cut])


def add_relation(
    text: str, entity: str, name: str, kind: str, target: str, *, required: bool = False
) -> Edit:
    """One more relation of an entity.

    Args:
        text: The model.
        entity: Whose.
        name: In snake_case.
        kind: One of the kinds of the language.
        target: An entity, or the built-in User.
        required: Whether there is always a target.

    Raises:
        ProjectError: Entity or target do not exist, the name is taken or wrongly spelled, or the text cannot be read.
    """
    script = Script(text)
    entities, owner = _entity(script, entity)
    if target != BUILT_IN_USER and named(entities.value, target) is None:
        raise _missing(f"There is no entity `{target}`.")
    if kind not in RELATION_KINDS:
        raise _missing(f"There is no kind of relation `{kind}`.")
    _must_be_spelled(name, SNAKE.fullmatch, naming.snake, "a relation", "published_by")
    _must_be_new_member(owner, name)
    value: dict[str, Written] = {"kind": kind, "target": target}
    if required:
        value["required"] = "true"
    return _edit(script, [_into(script, owner, "relations", name, value)])


def _edit(script: Script, cuts: list[Cut]) -> Edit:
    """The changed text, read again.

    Raises:
        ProjectError: The change would leave a text that cannot be read.
    """
    text = script.changed(cuts)
    try:
        Script(text)
    except ProjectError as error:
        raise ProjectError.bad_input(
            "This part of the text is written in a way that cannot be changed by itself.",
            hint="Change it in the text.",
        ) from error
    before = {(one.where, one.message) for one in read(script.text, "model").findings}
    broken = tuple(
        one
        for one in read(text, "model").findings
        if one.level == "error" and (one.where, one.message) not in before
    )
    first = min(cuts)
    start = first.start + (len(first.text) - len(first.text.lstrip("\r\n")))
    return Edit(text=text, line=text.count("\n", 0, start) + 1, broken=broken)


def _into(script: Script, owner: Pair, section: str, name: str, value: Written) -> Cut:
    """One more member of a section that may not be there yet."""
    found = named(owner.value, section)
    if found is None:
        return script.put_in(owner, section, {name: value})
    return script.put_in(found, name, value)


def _all_out(script: Script, owner: Pair, gone: list[Pair]) -> Iterator[Cut]:
    """Several members less. In braces each takes the comma behind it, so the last must not take the one before."""
    node = owner.value
    if not (isinstance(node, yaml.MappingNode) and node.flow_style):
        yield from (script.take_out(owner, one) for one in gone)
        return
    kept = [one for one in pairs(node) if all(one.key is not other.key for other in gone)]
    words = ", ".join(
        script.text[script.at(one.key.start_mark) : script.at(one.value.end_mark)] for one in kept
    )
    if gone:
        yield Cut(script.at(node.start_mark), script.at(node.end_mark), f"{{{words}}}")


def _root(script: Script) -> Pair:
    """The whole model, as if it were the value of something."""
    return Pair(
        yaml.ScalarNode("", "", script.root.start_mark, script.root.start_mark), script.root
    )


def _entity(script: Script, name: str) -> tuple[Pair, Pair]:
    """All entities, and the one of that name."""
    owner = named(script.root, "entities")
    found = named(owner.value, name) if owner else None
    if owner is None or found is None:
        raise _missing(f"There is no entity `{name}`.")
    return owner, found


def _targets(entities: yaml.Node) -> Iterator[yaml.ScalarNode]:
    for entity in pairs(entities):
        relations = named(entity.value, "relations")
        for relation in pairs(relations.value) if relations else ():
            target = named(relation.value, "target")
            if target is not None and isinstance(target.value, yaml.ScalarNode):
                yield target.value


def _target_of(relation: Pair) -> str:
    target = named(relation.value, "target")
    return str(target.value.value) if target else ""


def _missing(message: str) -> ProjectError:
    return ProjectError.bad_input(message, hint="Choose one that is there.")


def _must_be_new(owner: yaml.Node, name: str, what: str) -> None:
    if (found := named(owner, name)) is not None:
        line = found.key.start_mark.line + 1
        raise ProjectError.bad_input(
            f"There is the {what} `{name}` already, on line {line}.", hint="Choose another name."
        )


def _must_be_new_member(entity: Pair, name: str) -> None:
    for section in ("fields", "relations", "computed"):
        if (found := named(entity.value, section)) is not None:
            _must_be_new(found.value, name, section.removesuffix("s"))


def _must_be_spelled(
    name: str,
    is_right: Callable[[str], object],
    right: Callable[[str], str],
    what: str,
    example: str,
) -> None:
    if is_right(name) and len(name) <= MAX_NAME:
        return
    better = right(name)[:MAX_NAME]
    hint = (
        f"Write `{better}`." if better and is_right(better) else f"Write one such as `{example}`."
    )
    message = f"`{name[:80]}` is no name for {what}." if name else f"Name {what}."
    raise ProjectError.bad_input(message, hint=hint)
