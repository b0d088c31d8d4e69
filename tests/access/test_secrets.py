"""Passwords, the text of tokens, and proofs of where a request comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.access.accounts import normal_email
from stackwright.access.known_passwords import KNOWN
from stackwright.access.passwords import SHORTEST, normal_password, password_problems
from stackwright.access.sessions import Sender, csrf_token, is_foreign, is_ours
from stackwright.access.tokens import Kind, digest, is_secret_text, secret_text

RANDOM = bytes(range(32))
OWN = {"https://stack.example"}


def problems(password: str) -> list[str]:
    found = password_problems(password, "ada.lovelace@example.org", "Ada Lovelace")
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet copper kettles",
        "4fjW!x9Qz_t2",
        "пять тихих медных котлов",
        "correct battery 12",
    ],
)
def test_long_passwords_that_nobody_guesses_are_good(password: str) -> None:
    assert problems(password) == []


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("11 letters.", "it has 11 characters; at least 12 are needed"),
        ("x7" * 129, "more than 256"),
        ("1q2w3e4r5t6y", "tries first"),
        ("Password2026!!", "tries first"),
        ("ＰＡＳＳＷＯＲＤ1234", "tries first"),
        ("121212121212", "tries first"),
        ("ada.lovelace@example.org", "the mail address or the name"),
        ("Ada-Lovelace-1815", "the mail address or the name"),
        ("AdaLovelaceAdaLovelace", "the mail address or the name"),
    ],
)
def test_weak_passwords_are_named_but_never_quoted(password: str, why: str) -> None:
    found = problems(password)
    assert [message for message in found if why in message]
    assert not [message for message in found if password in message]


def test_known_passwords_are_long_enough_to_matter() -> None:
    assert min(map(len, KNOWN)) >= SHORTEST


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert normal_password("e\u0301clair") == normal_password("\u00e9clair")


@given(st.binary(min_size=32, max_size=32), st.sampled_from(Kind))
def test_a_secret_is_recognised_as_what_it_is(random: bytes, kind: Kind) -> None:
    text = secret_text(kind, random)
    assert [other for other in Kind if is_secret_text(other, text)] == [kind]
    assert len(text) == len(kind) + 1 + 58
    assert len(digest(text)) == 32


@given(st.integers(0, 57), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_mistyped_letter_is_noticed(place: int, letter: str) -> None:
    text = secret_text(Kind.TOKEN, RANDOM)
    place += len("sw_")
    mistyped = text[:place] + letter + text[place + 1 :]
    assert is_secret_text(Kind.TOKEN, mistyped) is (mistyped == text)


@pytest.mark.parametrize("text", ["", "sw_", "sw", "sw_abc", "Bearer", "sw_é", "sw_" + "a" * 58])
def test_other_texts_are_no_secrets(text: str) -> None:
    assert not is_secret_text(Kind.TOKEN, text)
    assert not is_secret_text(Kind.TOKEN, secret_text(Kind.TOKEN, RANDOM).upper())
    assert not is_secret_text(Kind.TOKEN, secret_text(Kind.TOKEN, RANDOM) + "=")


def test_too_few_random_bytes_make_no_secret() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        secret_text(Kind.TOKEN, b"short")


def test_a_proof_of_origin_belongs_to_its_session_and_installation() -> None:
    proofs = {csrf_token(key, session) for key in (b"a", b"b") for session in (b"1", b"2")}
    assert len(proofs) == 4


@pytest.mark.parametrize(
    ("origin", "site", "given_token", "foreign", "ours"),
    [
        ("", "", "right", False, True),
        ("", "", "wrong", False, False),
        ("", "", "", False, False),
        ("", "none", "right", False, True),
        ("", "none", "", False, False),
        ("", "same-origin", "", False, True),
        ("", "same-site", "right", True, False),
        ("", "cross-site", "right", True, False),
        ("https://stack.example", "same-origin", "", False, True),
        ("https://stack.example", "", "", False, True),
        ("http://stack.example", "", "right", True, False),
        ("null", "", "right", True, False),
        ("https://evil.example", "same-origin", "right", True, False),
    ],
)
def test_only_our_pages_and_those_who_know_the_token_change_something(
    origin: str, site: str, given_token: str, foreign: bool, ours: bool
) -> None:
    sender = Sender(origin=origin, fetch_site=site)
    assert is_foreign(sender, OWN) is foreign
    assert is_ours(sender, OWN, given_token, "right") is ours


def test_mail_addresses_are_known_by_their_small_letters() -> None:
    assert normal_email(" Ada@Example.ORG ") == "ada@example.org"
    for text in ("ada", "@example.org", "a b@example.org", "a@b@c", "a@b,c@d", "a@b\x00"):
        with pytest.raises(ValueError, match="not a mail address"):
            normal_email(text)
