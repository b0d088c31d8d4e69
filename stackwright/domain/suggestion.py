"""What the user may have meant."""

from collections.abc import Iterable

_LIKELY = 0.7  # of 1; below, a suggestion would puzzle


def match(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, or None."""
    from difflib import get_close_matches  # costs 10 ms, needed only when something is wrong

    choices = {choice.lower(): choice for choice in known}
    found = get_close_matches(word.lower()[:100], choices, n=1, cutoff=_LIKELY)
    return choices[found[0]] if found else None


def closest(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with the known word that looks most like this one, or nothing."""
    found = match(word, known)
    return f"Did you mean `{found}`?" if found else ""
