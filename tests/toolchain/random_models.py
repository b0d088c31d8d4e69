"""Models invented from a seed: names of every length, all types, rules and kinds of relations, hostile texts."""

import random
from typing import Any

TYPES = (
    "string", "text", "integer", "bigint", "float", "decimal(9, 3)", "boolean", "date", "time", "datetime",
    "duration", "uuid", "email", "url", "json", "file", "image", "point", "enum", "list(string)", "list(integer)",
)  # fmt: skip
HOSTILE = (
    'He said "no"', "it's", "back\\slash", "{{ braces }} {% if %}", "${dollar} `tick`", "<b>&amp;</b>", "*/ end /*",
    '"""', "«guillemets» ¶ ¦", "naïve 漢字 🙂", "<< value >> <% for %> <# note #>", "a | b | c", "# not a comment",
    "trailing \\", "--", "{% raw %}", "</script>", "%s %(x)s", "null", "- item: yes",
)  # fmt: skip
SYLLABLES = "ba di ki lu mu no pa ri so tu ve wa xi yo za bren cor dal fim gost".split()
ON_DELETE = ("restrict", "cascade", "set_null")


def invent(seed: int) -> dict[str, Any]:
    """The data of one model; the same for the same seed."""
    rng = random.Random(seed)
    names = _distinct(rng, 2 + seed % 4, lambda: _pascal(rng, _length(rng)))
    entities = {name: _entity(rng, name, names[:index]) for index, name in enumerate(names)}
    return {
        "stackwright": 1,
        "name": f"fuzz-{seed}",
        "title": rng.choice(HOSTILE) + " " + _sentence(rng),
        "description": _sentence(rng) + " " + rng.choice(HOSTILE),
        "roles": _distinct(rng, seed % 3, lambda: _snake(rng, _length(rng))),
        "entities": entities,
    }


def _entity(rng: random.Random, name: str, earlier: list[str]) -> dict[str, Any]:
    fields = {
        field: _field(rng)
        for field in _distinct(rng, rng.randint(1, 12), lambda: _snake(rng, _length(rng)))
    }
    data: dict[str, Any] = {
        "description": _text(rng),
        "soft_delete": rng.random() < 0.3,
        "audit": rng.random() < 0.4,
        "optimistic_lock": rng.random() < 0.4,
        "primary_key": rng.choice(["uuid", "uuid", "integer", "string"]),
        "fields": fields,
    }
    relations = {}
    for target in {
        *rng.sample([*earlier, name, "User"], k=min(len(earlier) + 1, rng.randint(0, 3)))
    }:
        relation = _snake(rng, _length(rng))
        while relation in fields:
            relation = _snake(rng, 12)
        relations[relation] = _relation(rng, name, target)
    if relations:
        data["relations"] = dict(sorted(relations.items()))
    plain = [
        field for field, rules in fields.items() if rules["type"] in ("string", "integer", "date")
    ]
    if len(plain) >= 2:
        data["indexes"] = [plain[:2]]
    numbers = [field for field, rules in fields.items() if rules["type"] == "integer"]
    if len(numbers) >= 2:
        data["checks"] = {
            _snake(rng, _length(rng)): {
                "expression": f"{numbers[0]} <= {numbers[1]}",
                "message": _text(rng),
            }
        }
    return data


def _relation(rng: random.Random, owner: str, target: str) -> dict[str, Any]:
    kind = rng.choice(["many_to_one", "many_to_one", "one_to_one", "many_to_many"])
    data: dict[str, Any] = {"kind": kind, "target": target}
    if target != "User":
        data["inverse"] = _snake(rng, 30) + "_" + str(rng.randint(1, 99))
    if kind == "many_to_many":
        if rng.random() < 0.5:
            data["attributes"] = {
                _snake(rng, _length(rng)): {"type": rng.choice(["integer", "string"])}
            }
        return data
    data["required"] = target != owner and rng.random() < 0.5
    data["on_delete"] = rng.choice(ON_DELETE[: 2 if data["required"] else 3])
    return data


def _field(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(TYPES)
    rules: dict[str, Any] = {"type": kind, "required": rng.random() < 0.4, "label": _text(rng)}
    if rng.random() < 0.5:
        rules["description"] = _text(rng)
    if kind == "enum":
        values = _distinct(rng, rng.randint(1, 6), lambda: _snake(rng, _length(rng)))
        rules["values"] = {value: _text(rng) for value in values}
        rules |= {"default": values[0]} if rng.random() < 0.5 else {}
    rules |= _limits(rng, kind)
    if kind in ("string", "integer", "uuid") and rng.random() < 0.2:
        rules["unique"] = True
    if rng.random() < 0.1:
        rules["immutable"] = True
    return rules


def _limits(rng: random.Random, kind: str) -> dict[str, Any]:
    choices: dict[str, dict[str, Any]] = {
        "string": {"max_length": rng.randint(30, 255), "searchable": True},
        "text": {"max_length": rng.randint(30, 4000)},
        "integer": {"min": rng.randint(-50, 0), "max": rng.randint(1, 10**6)},
        "float": {"min": -1.5, "max": rng.randint(1, 10**6)},
        "date": {"default": "now"},
        "datetime": {"default": "now"},
        "boolean": {"default": rng.random() < 0.5},
    }
    limits = choices.get(kind, {}) if rng.random() < 0.5 else {}
    if kind == "string" and rng.random() < 0.3:
        limits["pattern"] = rng.choice([r"[A-Z]{3}-\d{5}", r"[^\"'\\]{1,20}", "[a-z]+(/[a-z]+)?"])
    return limits


def _length(rng: random.Random) -> int:
    return rng.choice(
        [rng.randint(1, 4), rng.randint(5, 15), rng.randint(16, 40), rng.randint(41, 60)]
    )


def _snake(rng: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += ("_" if text else "") + "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))
    return text[:length].strip("_") or "q"


def _pascal(rng: random.Random, length: int) -> str:
    return "".join(part.capitalize() for part in _snake(rng, length).split("_")) or "Q"


def _text(rng: random.Random) -> str:
    return rng.choice(
        [_sentence(rng), rng.choice(HOSTILE), f"{_sentence(rng)} {rng.choice(HOSTILE)}"]
    )


def _sentence(rng: random.Random) -> str:
    words = [
        "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) for _ in range(rng.randint(1, 14))
    ]
    return " ".join(words).capitalize()


def _distinct(rng: random.Random, count: int, make: Any) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        name = make()
        taken = {other.lower().replace("_", "") for other in found}
        if name.lower().replace("_", "") not in taken:
            found[name] = None
    return list(found)
