"""The expressions of templates: `[format('{0}-{1}', parameters('name'), copyIndex())]` and what comes out of them.

Source: Azure documentation, "Template functions" and "Template expressions".
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from ipaddress import ip_network
from itertools import chain, islice
from typing import Any

TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_]\w*)|([()\[\],.]))")


class TemplateError(Exception):
    """Azure would refuse this template."""


@dataclass(frozen=True)
class Scope:
    """What an expression can see.

    Attributes:
        group: The resource group that is deployed to.
        reference: What a resource says of itself at run time, by its identifier or its name.
    """

    subscription: str
    group: str
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    reference: Callable[[str, bool], Any]
    lambdas: Mapping[str, Any] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"


def evaluate(value: Any, scope: Scope) -> Any:
    """The value with all expressions in it carried out, in the names of members, too."""
    if isinstance(value, Mapping):
        return {evaluate(name, scope): evaluate(inner, scope) for name, inner in value.items()}
    if isinstance(value, list):
        return [evaluate(inner, scope) for inner in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return value[1:] if value.startswith("[[") else _run(_parse(value[1:-1]), scope)
    return value


def _parse(text: str) -> Any:
    tokens, position = [], 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if not found:
            raise TemplateError(f"Nobody understands {text[position:]!r} in {text!r}.")
        tokens.append(next(part for part in found.groups() if part is not None))
        position = found.end()
    tree, rest = _expression(tokens)
    if rest:
        raise TemplateError(f"Too much in {text!r}: {rest}")
    return tree


def _expression(tokens: list[str]) -> tuple[Any, list[str]]:
    head, *rest = tokens
    if head.startswith("'"):
        tree: Any = ("value", head[1:-1].replace("''", "'"))
    elif re.fullmatch(r"-?\d+", head):
        tree = ("value", int(head))
    else:
        if rest[:1] != ["("]:
            raise TemplateError(f"{head} is not called.")
        arguments, rest = _arguments(rest[1:])
        tree = ("call", head, arguments)
    while rest[:1] in (["."], ["["]):
        if rest[0] == ".":
            tree, rest = ("member", tree, ("value", rest[1])), rest[2:]
        else:
            inner, rest = _expression(rest[1:])
            if rest[:1] != ["]"]:
                raise TemplateError(f"No ] before {rest}.")
            tree, rest = ("member", tree, inner), rest[1:]
    return tree, rest


def _arguments(tokens: list[str]) -> tuple[list[Any], list[str]]:
    found: list[Any] = []
    while tokens[0] != ")":
        tree, tokens = _expression(tokens)
        found.append(tree)
        if tokens[0] == ",":
            tokens = tokens[1:]
    return found, tokens[1:]


def _run(tree: Any, scope: Scope) -> Any:
    if tree[0] == "value":
        return tree[1]
    if tree[0] == "member":
        owner, name = _run(tree[1], scope), _run(tree[2], scope)
        try:
            return owner[name]
        except (KeyError, IndexError, TypeError):
            raise TemplateError(f"There is no {name!r} in {str(owner)[:300]}.") from None
    _, name, arguments = tree
    if name == "if":
        return _run(arguments[1 if _truth(_run(arguments[0], scope)) else 2], scope)
    if name in ("and", "or"):
        truths = (_truth(_run(one, scope)) for one in arguments)
        return all(truths) if name == "and" else any(truths)
    if name == "lambda":
        *names, body = arguments
        return lambda *given: _run(
            body,
            replace(
                scope,
                lambdas={**scope.lambdas, **dict(zip([n[1] for n in names], given, strict=False))},
            ),
        )
    values = [_run(one, scope) for one in arguments]
    if name in SEEING:
        return SEEING[name](scope, *values)
    if name not in FUNCTIONS:
        raise TemplateError(f"There is no function {name}.")
    return FUNCTIONS[name](*values)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TemplateError(f"{value!r} is neither true nor false.")
    return value


def _parameter(scope: Scope, name: str) -> Any:
    if name not in scope.parameters:
        raise TemplateError(f"There is no parameter {name}.")
    return scope.parameters[name]


def _variable(scope: Scope, name: str) -> Any:
    if name not in scope.variables:
        raise TemplateError(f"There is no variable {name}.")
    return evaluate(scope.variables[name], scope)


def _copy_index(scope: Scope, *arguments: Any) -> int:
    names = [one for one in arguments if isinstance(one, str)]
    offset = next((one for one in arguments if isinstance(one, int)), 0)
    if not scope.copies:
        raise TemplateError("copyIndex is used outside a copy.")
    return (scope.copies[names[0]] if names else next(iter(scope.copies.values()))) + offset


def _path(type_: str, *names: str) -> str:
    provider, *kinds = type_.split("/")
    if len(kinds) != len(names):
        raise TemplateError(f"{type_} needs {len(kinds)} names, not {names}.")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return f"/providers/{provider}/{pairs}"


def _format(pattern: str, *values: Any) -> str:
    return re.sub(r"\{(\d+)\}", lambda found: _text(values[int(found[1])]), pattern)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return value if isinstance(value, str) else json.dumps(value)


def _create_object(*pairs: Any) -> dict[str, Any]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        joined = [*chain(*values)]
        return [one for index, one in enumerate(joined) if one not in joined[:index]]
    merged: dict[str, Any] = {}
    for value in values:
        merged |= value
    return merged


def _mapped(values: list[Any], function: Callable[..., Any]) -> list[Any]:
    return [function(value, index) for index, value in enumerate(values)]


def _concat(*values: Any) -> Any:
    if isinstance(values[0], list):
        return [*chain(*values)]
    if not all(isinstance(value, str | int) for value in values):
        raise TemplateError(f"These cannot be put together: {values}")
    return "".join(_text(value) for value in values)


SEEING: dict[str, Callable[..., Any]] = {
    "parameters": _parameter,
    "variables": _variable,
    "copyIndex": _copy_index,
    "lambdaVariables": lambda scope, name: scope.lambdas[name],
    "resourceGroup": lambda scope: {"id": scope.home, "name": scope.group, "location": "here"},
    "subscription": lambda scope: {"id": f"/subscriptions/{scope.subscription}"},
    "resourceId": lambda scope, *parts: scope.home + _path(*parts),
    "subscriptionResourceId": lambda scope, *parts: (
        f"/subscriptions/{scope.subscription}" + _path(*parts)
    ),
    "reference": lambda scope, what, version="", full="": scope.reference(what, full == "Full"),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda one, two: one + two,
    "concat": _concat,
    "contains": lambda where, what: what in where,
    "cidrSubnet": lambda network, length, index: str(
        next(islice(ip_network(network).subnets(new_prefix=length), index, None))
    ),
    "createArray": lambda *values: list(values),
    "createObject": _create_object,
    "div": lambda one, two: one // two,
    "empty": lambda value: value is None or len(value) == 0,
    "endsWith": lambda text, end: text.lower().endswith(end.lower()),
    "equals": lambda one, two: type(one) is type(two) and one == two,
    "extensionResourceId": lambda on, *parts: on + _path(*parts),
    "false": lambda: False,
    "filter": lambda values, function: [value for value in values if function(value)],
    "format": _format,
    "greater": lambda one, two: one > two,
    "guid": lambda *texts: sha256("-".join(texts).encode()).hexdigest()[:32],
    "int": int,
    "items": lambda value: [{"key": key, "value": value[key]} for key in sorted(value)],
    "json": json.loads,
    "last": lambda values: values[-1],
    "length": len,
    "map": _mapped,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "mod": lambda one, two: one % two,
    "mul": lambda one, two: one * two,
    "not": lambda value: not _truth(value),
    "null": lambda: None,
    "padLeft": lambda text, length, fill: _text(text).rjust(length, fill),
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda text, by: text.split(by),
    "string": _text,
    "sub": lambda one, two: one - two,
    "substring": lambda text, start, length: text[start : start + length],
    "take": lambda value, count: value[:count],
    "tenant": lambda: {"tenantId": "00000000-0000-0000-0000-00000000000a"},
    "toLower": str.lower,
    "true": lambda: True,
    "union": _union,
    "uniqueString": lambda *texts: sha256("-".join(texts).encode()).hexdigest()[:13],
}
