"""What language a file is written in, by its name."""

from functools import lru_cache

from pygments.lexers import find_lexer_class_for_filename

PLAIN = "Text only"


def language(path: str) -> str:
    """The name of the language, as Pygments calls it."""
    return _of_name(path.rpartition("/")[2])


@lru_cache(4096)
def _of_name(name: str) -> str:
    found = find_lexer_class_for_filename(name)
    return found.name if found else PLAIN
