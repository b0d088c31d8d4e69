"""Regular expressions: valid, the same in Python and JavaScript, and not catastrophic."""

import re
import warnings

from stackwright.domain.report import Report

_PYTHON_ONLY = (
    (re.compile(r"\(\?P[<=>]"), "named groups with (?P", "Use a plain group: (…)."),
    (re.compile(r"\(\?[aiLmsux-]+[:)]"), "inline flags", "Write out both cases: [Aa]."),
    (re.compile(r"\(\?#"), "comments", "Delete the comment."),
    (re.compile(r"\(\?>"), "atomic groups", "Use a plain group: (?:…)."),
    (re.compile(r"\(\?\("), "conditional groups", "Use two alternatives."),
    (re.compile(r"\\[AZ]"), r"\A and \Z", "Delete them: the whole value has to match anyway."),
    (re.compile(r"\{,\d"), "a repetition without a least number", "Write {0,9}."),
    (re.compile(r"[*+?}]\+"), "possessive quantifiers", "Delete the second +."),
    (re.compile(r"\\N\{|\\U[0-9A-Fa-f]{8}|\\a"), "this escape", "Write the character itself."),
    (re.compile(r"\\[0-9]"), "references and octal escapes alike", "Write the part out again."),
)
_JAVASCRIPT_ONLY = (
    (re.compile(r"\(\?<[A-Za-z]"), "Use a plain group: (…)."),
    (re.compile(r"\\[pP]\{"), "Python knows no \\p{…}: write a class, such as [A-Za-zÀ-ž]."),
    (re.compile(r"\\u\{"), "Write \\uXXXX with four digits."),
)
_EARLY_BRACKET = re.compile(r"(?<!\\)\[\^?\]")
_QUANTIFIER = re.compile(r"[*+?]\??|\{(\d*)(,?)(\d*)\}\??")


def check_pattern(pattern: str, where: str, report: Report) -> bool:
    """Whether values can safely be matched with a pattern; reports what is wrong with it."""
    plain = re.sub(r"\\\\", "..", pattern)  # so that an escaped backslash escapes nothing
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        hint = next((hint for found, hint in _JAVASCRIPT_ONLY if found.search(plain)), "")
        position = getattr(error, "pos", None)
        message = str(getattr(error, "msg", error))
        place = f" at character {position + 1}" if position is not None else ""
        report.error(where, f"This is no valid regular expression: {message}{place}.", hint)
        return False
    if _EARLY_BRACKET.search(plain):
        message = "JavaScript reads a bracket right at the start of a class as its end."
        report.error(where, message, "Write [\\]…].")
        return False
    unescaped = _without_classes(plain)
    for found, what, hint in _PYTHON_ONLY:
        if found.search(unescaped):
            report.error(where, f"JavaScript does not know {what} in a regular expression.", hint)
            return False
    if is_catastrophic(plain):
        message = "This regular expression can take for ever: a repetition is repeated."
        hint = "Repeat a part that starts or ends with a fixed character: (a+-)*, not (a+)*."
        report.warning(where, message, hint)
        return False
    return not _has_repeated_choice(plain)


def is_catastrophic(pattern: str) -> bool:
    """Whether a group without a fixed part is repeated without limit and repeats something itself."""
    groups: list[list[bool]] = [[False, False]]  # has an open repetition, has a fixed part
    parts = _tokens(pattern)
    for position, part in enumerate(parts):
        following = parts[position + 1] if position + 1 < len(parts) else ""
        endless, optional = _repetition(following)
        if part.startswith("("):
            groups.append([part in ("(?=", "(?!"), False])
        elif part == ")" and len(groups) > 1:
            repeats, fixed = groups.pop()
            if repeats and not fixed and endless:
                return True
            groups[-1][0] |= repeats or endless
            groups[-1][1] |= fixed and not optional
        elif part == "|":
            groups[-1][1] = False
        elif not _QUANTIFIER.fullmatch(part) and part not in ("^", "$"):
            groups[-1][0] |= endless
            groups[-1][1] |= not endless and not optional
    return False


def _has_repeated_choice(pattern: str) -> bool:
    """Whether alternatives are repeated without limit; they may overlap, so they are not tried."""
    choices = [False]
    parts = _tokens(pattern)
    for position, part in enumerate(parts):
        if part.startswith("("):
            choices.append(False)
        elif part == "|":
            choices[-1] = True
        elif part == ")" and len(choices) > 1:
            has_choice = choices.pop()
            following = parts[position + 1] if position + 1 < len(parts) else ""
            if has_choice and _repetition(following)[0]:
                return True
            choices[-1] |= has_choice
    return False


def _repetition(part: str) -> tuple[bool, bool]:
    """Whether a quantifier repeats without (a small) limit, and whether it allows nothing."""
    found = _QUANTIFIER.fullmatch(part)
    if found is None:
        return False, False
    if part[0] != "{":
        return part[0] in "*+", part[0] in "*?"
    least = int(found[1] or 0)
    most = int(found[3]) if found[3] else (least if not found[2] else 10**6)
    return most > 20, least == 0


def _tokens(pattern: str) -> list[str]:
    """Groups, classes, quantifiers and single characters of a valid pattern."""
    return re.findall(
        r"\(\?<?[=!:]|\(\?:|\(|\)|\||\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[*+?]\??|\{\d*,?\d*\}\??|.",
        pattern,
    )


def _without_classes(pattern: str) -> str:
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "_", pattern)
