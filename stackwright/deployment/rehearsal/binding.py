"""The schema of a resource, read from the TypeScript of its binding (cdktf, cdktn), which the provider's own made."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypedDict

from stackwright.deployment.rehearsal.schema import Attribute, Block, NestedBlock
from stackwright.deployment.rehearsal.supplement import supplement
from stackwright.errors import ProjectError

_CLASS = re.compile(
    r"^export class (\w+) extends cdkt[fn]\.(\w+) \{$(.*?)^\}$", re.MULTILINE | re.DOTALL
)
_INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{$(.*?)^\}$", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"^export function (\w+)ToHclTerraform\((.*?)^\}$", re.MULTILINE | re.DOTALL)
_SYNTHESIS = re.compile(r"synthesizeHclAttributes\(\)(.*?)^  \}$", re.MULTILINE | re.DOTALL)
_HCL = re.compile(
    r"^ +(\w+): \{\s+value: [^\n]*\n\s+isBlock: (\w+),\s+type: \"(\w+)\",\s+storageClassType: \"(\w+)\"",
    re.MULTILINE,
)
_ATTRIBUTE = re.compile(
    r"^  // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)$", re.MULTILINE
)
_MADE = re.compile(r"= new (\w+?)(List|OutputReference|Map)\(this, \"\w+\"(?:, (true|false))?\)")
_LIBRARY_MAP = re.compile(r"= new cdkt[fn]\.(String|Number|Boolean|Any)Map\(")
_LIBRARY_LIST = re.compile(r"= new cdkt[fn]\.(String|Number|Boolean|Any)MapList\(")
_GETTER = re.compile(r"this\.(get\w+|interpolationForAttribute)\(")
_IS_BLOCK = re.compile(r"^  \* (\w+) block$", re.MULTILINE)
_TYPE_NAME = re.compile(r"terraformResourceType: '(\w+)'")
_VERSION = re.compile(r"providerVersion: '([^']+)'")
_MAIN = ("TerraformResource", "TerraformDataSource", "TerraformProvider")
_GETTERS = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": "list(string)",
    "getNumberListAttribute": "list(number)",
    "getStringMapAttribute": "map(string)",
    "getNumberMapAttribute": "map(number)",
    "getBooleanMapAttribute": "map(bool)",
    "getAnyMapAttribute": "dynamic",
}
_STORED = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "any": "dynamic",
    "stringList": "list(string)",
    "numberList": "list(number)",
    "booleanList": "list(bool)",
    "stringMap": "map(string)",
    "numberMap": "map(number)",
    "booleanMap": "map(bool)",
    "anyMap": "dynamic",
    "stringListList": "list(list(string))",
    "numberListList": "list(list(number))",
    "stringMapList": "list(map(string))",
    "stringMapMap": "map(map(string))",
    "stringListMap": "map(list(string))",
}
# The bindings do not say what is secret; these names are, in the providers that we rehearse.
_SECRET = re.compile(
    r"(^|_)(password|secret_string|secret_data|secret_key|private_key(_pem)?|auth_token|auth_string"
    r"|connection_string|instrumentation_key|(primary|secondary)_(access_)?key|private_uri|secret_access_key)$"
)
_HIDDEN = {
    "digitalocean_database_cluster": {"uri", "ui_uri"},
    "digitalocean_database_user": {"access_cert"},
}


class Reading(NamedTuple):
    """What a file of a binding says."""

    kind: Literal["resource", "data", "provider"]
    name: str
    version: str
    block: Block


class _Modes(TypedDict):
    computed: bool
    optional: bool
    required: bool


class _Binding(NamedTuple):
    classes: Mapping[str, str]
    functions: Mapping[str, str]
    blocks: Mapping[str, frozenset[str]]  # interface → those of its members that are blocks
    name: str
    fixed: bool


def read_binding(text: str, older: frozenset[str] | None) -> Reading:
    """The schema that a binding was made from.

    Args:
        text: The TypeScript of one resource, data source or provider.
        older: Resources whose attributes with members are object types; None: all.

    Raises:
        ProjectError: It is no binding that we can read.
    """
    found = {name: (base, body) for name, base, body in _CLASS.findall(text)}
    main_name = next((name for name, (base, _) in found.items() if base in _MAIN), "")
    base, body = found.get(main_name, ("", ""))
    version = _VERSION.search(body)
    if version is None:
        raise ProjectError("This is no binding of a provider.", hint="Take another version of it.")
    kind_name = _TYPE_NAME.search(body)
    name = kind_name.group(1) if kind_name else ""
    binding = _Binding(
        classes={one: body for one, (_, body) in found.items()},
        functions=dict(_FUNCTION.findall(text)),
        blocks={one: frozenset(_IS_BLOCK.findall(body)) for one, body in _INTERFACE.findall(text)},
        name=name,
        fixed=older is None or name in older,
    )
    written = _SYNTHESIS.search(body)
    kind: Literal["resource", "data", "provider"] = (
        "provider"
        if base == "TerraformProvider"
        else "data"
        if base == "TerraformDataSource"
        else "resource"
    )
    block = _block(binding, f"{main_name}Config", body, written.group(1) if written else "")
    if kind == "provider":
        block = Block(
            attributes={
                name: one.model_copy(update={"required": False, "optional": True})
                for name, one in block.attributes.items()
                if name != "alias"  # Terraform's own, not the provider's
            },
            blocks=block.blocks,
        )
    return Reading(kind=kind, name=name, version=version.group(1), block=block)


def _block(binding: _Binding, interface: str, body: str, written: str) -> Block:
    blocks_here = binding.blocks.get(interface, frozenset())
    shapes = {name: (kind, stored) for name, _, kind, stored in _HCL.findall(written)}
    attributes: dict[str, Attribute] = {}
    blocks: dict[str, NestedBlock] = {}
    for name, modes, chunk in _chunks(body):
        held, stored = shapes.get(name, ("", ""))
        made = _MADE.search(chunk)
        if name in blocks_here and stored == "any":
            blocks[name] = supplement(binding.name, name)
        elif name in blocks_here and (made or held):
            blocks[name] = _nested(binding, made, held, stored, required=modes["required"])
        elif made:
            attributes[name] = _with_members(binding, made, modes)
        else:
            attributes[name] = _simple(binding, name, chunk, held, stored, modes)
    return Block(attributes=attributes, blocks=blocks)


def _chunks(body: str) -> Iterator[tuple[str, _Modes, str]]:
    marks = [*_ATTRIBUTE.finditer(body)]
    ends = [mark.start() for mark in marks]
    for mark, end in zip(marks, [*ends[1:], len(body)], strict=False):
        name, computed, optional, required = mark.groups()
        modes: _Modes = {
            "computed": computed == "true",
            "optional": optional == "true",
            "required": required == "true",
        }
        yield name, modes, body[mark.end() : end]


def _nested(
    binding: _Binding, made: "re.Match[str] | None", held: str, stored: str, *, required: bool
) -> NestedBlock:
    """A block; the provider's own configuration has no class for each, but the same functions."""
    name = made.group(1) if made else stored.removesuffix("List").removesuffix("Map")
    nesting: Literal["single", "list", "set", "map"]
    match held:
        case "set" | "list" | "map":
            nesting = held
        case _:
            nesting = "single"
    single = bool(made and made.group(2) == "OutputReference")
    return NestedBlock(
        nesting=nesting,
        block=_inner(binding, name),
        minimum=int(required and nesting != "single"),
        maximum=int(single and nesting in ("list", "set")),
    )


def _inner(binding: _Binding, name: str) -> Block:
    written = binding.functions.get(name[:1].lower() + name[1:], "")
    body = binding.classes.get(f"{name}OutputReference")
    if body is not None:
        return _block(binding, name, body, written)
    attributes, blocks = {}, {}
    for inner, _, kind, stored in _HCL.findall(written):
        if stored in _STORED:
            attributes[inner] = Attribute(type=_stored(kind, stored), optional=True)
        elif inner in binding.blocks.get(name, ()):
            blocks[inner] = _nested(binding, None, kind, stored, required=False)
    return Block(attributes=attributes, blocks=blocks)


def _with_members(binding: _Binding, made: "re.Match[str]", modes: "_Modes") -> Attribute:
    of, wrapped, is_set = made.groups()
    held = "object" if wrapped == "OutputReference" else "map" if wrapped == "Map" else ""
    held = held or ("set" if is_set == "true" else "list")
    inner = _inner(binding, of)
    members = dict(inner.attributes)
    for inner_name, block in inner.blocks.items():  # within an attribute there are no blocks
        members[inner_name] = Attribute(
            type=block.nesting if block.nesting != "single" else "object",
            optional=True,
            members=block.block.attributes,
        )
    fixed = held in ("list", "set") and (binding.fixed or not modes["optional"])
    return Attribute(type=held, members=members, fixed=fixed, **_modes(modes))


def _simple(
    binding: _Binding,
    name: str,
    chunk: str,
    held: str,
    stored: str,
    modes: "_Modes",
) -> Attribute:
    secret = bool(_SECRET.search(name)) or name in _HIDDEN.get(binding.name, ())
    return Attribute(
        type=_stored(held, stored) if stored in _STORED else _got(chunk),
        sensitive=secret,
        write_only=name.endswith("_wo") and not modes["computed"],
        **_modes(modes),
    )


def _modes(modes: "_Modes") -> "_Modes":
    if not any(modes.values()):
        return {"computed": False, "optional": True, "required": False}
    return modes


def _stored(held: str, stored: str) -> str:
    kind = _STORED[stored]
    return f"set{kind.removeprefix('list')}" if held == "set" and kind.startswith("list") else kind


def _got(chunk: str) -> str:
    """The type of an attribute that only the provider writes, from the way it is read."""
    if found := _LIBRARY_LIST.search(chunk):
        return f"list(map({_GETTERS[f'get{found.group(1)}Attribute']}))"
    if found := _LIBRARY_MAP.search(chunk):
        kind = _GETTERS.get(f"get{found.group(1)}Attribute", "")
        return f"map({kind})" if kind else "dynamic"
    getter = _GETTER.search(chunk)
    kind = _GETTERS.get(getter.group(1) if getter else "", "dynamic")
    if "Fn.tolist(" in chunk and kind.startswith("list"):
        kind = f"set{kind.removeprefix('list')}"
    return kind
