"""From one name to the spellings that programs and people need."""

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LAST = re.compile(r"[A-Z]?[a-z]+$|[A-Z]+$")

_IRREGULAR = {
    "aircraft": "aircraft",
    "analysis": "analyses",
    "appendix": "appendices",
    "axis": "axes",
    "basis": "bases",
    "bison": "bison",
    "bus": "buses",
    "calf": "calves",
    "child": "children",
    "crisis": "crises",
    "criterion": "criteria",
    "datum": "data",
    "deer": "deer",
    "diagnosis": "diagnoses",
    "equipment": "equipment",
    "feedback": "feedback",
    "fish": "fish",
    "foot": "feet",
    "furniture": "furniture",
    "goose": "geese",
    "half": "halves",
    "hypothesis": "hypotheses",
    "index": "indices",
    "information": "information",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "louse": "lice",
    "man": "men",
    "matrix": "matrices",
    "medium": "media",
    "merchandise": "merchandise",
    "money": "money",
    "moose": "moose",
    "mouse": "mice",
    "news": "news",
    "oasis": "oases",
    "offspring": "offspring",
    "ox": "oxen",
    "parenthesis": "parentheses",
    "person": "people",
    "phenomenon": "phenomena",
    "quiz": "quizzes",
    "rice": "rice",
    "salmon": "salmon",
    "scarf": "scarves",
    "self": "selves",
    "series": "series",
    "sheep": "sheep",
    "shelf": "shelves",
    "shrimp": "shrimp",
    "software": "software",
    "species": "species",
    "staff": "staff",
    "swine": "swine",
    "synopsis": "synopses",
    "synthesis": "syntheses",
    "thesis": "theses",
    "thief": "thieves",
    "tooth": "teeth",
    "trout": "trout",
    "tuna": "tuna",
    "vertex": "vertices",
    "wife": "wives",
    "wolf": "wolves",
}
_ES_AFTER_O = frozenset("echo hero potato tomato torpedo veto embargo cargo volcano".split())
_MEN = frozenset("human german roman shaman talisman ottoman caiman norman".split())


def words(name: str) -> list[str]:
    """The lower-case words of a name in any spelling: `OrderLine2` → `order line 2`."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    """`OrderLine` → `order_line`."""
    return "_".join(words(name))


def kebab(name: str) -> str:
    """`OrderLine` → `order-line`."""
    return "-".join(words(name))


def pascal(name: str) -> str:
    """`order_line` → `OrderLine`."""
    return "".join(word.capitalize() for word in words(name))


def camel(name: str) -> str:
    """`order_line` → `orderLine`."""
    text = pascal(name)
    return text[:1].lower() + text[1:]


def sentence(name: str) -> str:
    """`order_line` → `Order line`."""
    return " ".join(words(name)).capitalize()


def plural(name: str) -> str:
    """The English plural of a name or of its last word: `OrderLine` → `OrderLines`, `Box` → `Boxes`.

    Words that are their own plural stay as they are: `Series`.
    """
    found = _LAST.search(name)
    if found is None:  # such as `Route66`
        return f"{name}s"
    word = found[0]
    many = _plural_word(word.lower())
    if word.isupper() and len(word) > 1:
        return f"{name}s"  # `DVD` → `DVDs`
    return name[: found.start()] + (many.capitalize() if word[0].isupper() else many)


def _plural_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("man") and word not in _MEN:
        return f"{word[:-2]}en"  # craftsman
    if word.endswith(("child", "person")):  # grandchild, salesperson
        stem = "child" if word.endswith("child") else "person"
        return word.removesuffix(stem) + _IRREGULAR[stem]
    if word.endswith("y") and word[-2:-1] not in ("", *"aeiou"):
        return f"{word[:-1]}ies"
    if word.endswith(("s", "x", "z", "ch", "sh")) or word in _ES_AFTER_O:
        return f"{word}es"
    return f"{word}s"
