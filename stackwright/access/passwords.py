"""Which passwords are good enough: long, not known to everybody, not the person's own name."""

import re
import unicodedata

from stackwright.access.known_passwords import KNOWN, WORDS
from stackwright.errors import Finding

SHORTEST, LONGEST = 12, 256
_FEWEST_DIFFERENT = 5
_HINT = "Four or five unrelated words, or what a password manager proposes, are good."


def password_problems(password: str, email: str, name: str) -> tuple[Finding, ...]:
    """Everything that is wrong with a password; no finding quotes it.

    Args:
        password: As it was entered.
        email: Of the account.
        name: Of the account.

    Source: OWASP ASVS 5.0, V6.2; NIST SP 800-63B, section 3.1.1.2.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    found = []
    if len(password) < SHORTEST:
        found.append(f"it has {len(password)} characters; at least {SHORTEST} are needed")
    if len(password) > LONGEST:
        found.append(f"it has more than {LONGEST} characters")
    if plain in KNOWN or _core(plain) in WORDS or len(set(plain)) < _FEWEST_DIFFERENT:
        found.append("it is one of those that everybody tries first")
    if _core(plain) in _own_words(email, name):
        found.append("it is the mail address or the name, with at most digits added")
    return tuple(
        Finding(level="error", where="password", message=message, hint=_HINT) for message in found
    )


def normal_password(password: str) -> str:
    """The password as it is hashed: the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def _core(plain: str) -> str:
    """What is left without the digits and signs that people add around and between."""
    return re.sub(r"[\W\d_]+", "", plain)


def _own_words(email: str, name: str) -> set[str]:
    mail = email.casefold()
    words = {_core(word) for word in (mail, mail.partition("@")[0], name.casefold())}
    return {word for word in words | {word * 2 for word in words} if len(word) > 2}
