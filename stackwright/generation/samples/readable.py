"""Values that read as if somebody had typed them, chosen by a field's name and its entity's name."""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence

from stackwright.domain import naming
from stackwright.generation.samples import words as w


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PEOPLE = _set(
    "author customer employee user person member contact student teacher patient doctor client guest driver speaker "
    "owner manager agent visitor player actor artist tenant worker candidate applicant reader attendee volunteer "
    "instructor nurse passenger subscriber participant lecturer editor citizen resident borrower trainer"
)
COMPANIES = _set(
    "company publisher supplier organization organisation vendor manufacturer brand shop store bank agency firm "
    "employer carrier partner hotel restaurant school clinic hospital library club institution business"
)
WORKS = _set(
    "book movie film song album article post novel episode recipe course lesson event story"
)
TOPICS = _set("category genre topic tag subject section theme kind type interest skill label")
PRODUCTS = _set("product item part goods asset device tool equipment material article sku")
TASKS = _set("task ticket issue todo step request job activity milestone appointment meeting")

_ASCII = re.compile(r"[^a-z0-9]+")


def text(name: str, place: str, number: int, rng: random.Random, *, is_long: bool) -> str:
    """A text for the field `name` of the entity `place` in the row of this number (from 0)."""
    parts = naming.words(name)
    last = parts[-1] if parts else name
    subject = naming.words(place)[-1] if naming.words(place) else place.lower()
    joined = "_".join(parts)
    if len(parts) > 1 and last in ("name", "title", "label"):
        subject = (
            parts[-2]
            if parts[-2] not in ("display", "full", "short", "official", "legal")
            else subject
        )
    return (
        _person(joined, last, subject, number)
        or _place(joined, last, number)
        or _code(joined, last, subject, number, rng)
        or _named(joined, last, subject, number)
        or (sentences(number, rng, 3 if is_long else 1) if is_long or last in _PROSE else "")
        or _generic(name, subject, number)
    )


SENTENCE_WORDS = ("and", "some", "more", "words", "about", "it", "for", "now")
_PROSE = _set(
    "description summary note notes comment comments remark remarks reason message bio about details content body "
    "text instructions abstract feedback question answer excerpt terms conditions motto slogan caption"
)


def sentences(number: int, rng: random.Random, count: int) -> str:
    """A few plain sentences."""
    start = number * 5 + rng.randrange(len(w.SENTENCES))
    return " ".join(_at(w.SENTENCES, start + index) for index in range(count))


def person(number: int) -> tuple[str, str]:
    """First and last name of an invented person; 576 different ones."""
    return _at(w.FIRST_NAMES, number), _at(w.LAST_NAMES, number * 7 + number // len(w.FIRST_NAMES))


def email(number: int, place: str = "") -> str:
    """An address at a domain that nobody can own."""
    first, last = person(number)
    if place and naming.words(place)[-1:] and naming.words(place)[-1] in COMPANIES:
        return f"office@{slug(_at(w.COMPANIES, number))}.example.com"
    return f"{slug(first)}.{slug(last)}@example.com"


def url(name: str, place: str, number: int) -> str:
    """A web address at a domain that nobody can own."""
    last = naming.words(name)[-1:] or ["page"]
    folder = {"image": "images", "avatar": "images", "photo": "images"}.get(
        last[0], naming.kebab(place) or "pages"
    )
    return f"https://example.com/{folder}/{slug(text('title', place, number, random.Random(number), is_long=False))}"


def slug(words: str) -> str:
    """`Linden & Sons` → `linden-sons`."""
    plain = (
        unicodedata.normalize("NFKD", words)
        .encode("ascii", "ignore")
        .decode()
        .lower()
        .replace("'", "")
    )
    return _ASCII.sub("-", plain).strip("-") or "item"


def _person(joined: str, last: str, subject: str, number: int) -> str:
    first_name, last_name = person(number)
    if joined in ("first_name", "given_name", "forename", "firstname"):
        return first_name
    if joined in ("last_name", "family_name", "surname", "lastname"):
        return last_name
    if joined in ("middle_name", "nickname", "preferred_name"):
        return _at(w.FIRST_NAMES, number + 5)
    if last in ("email", "mail"):
        return email(number)
    if last in ("username", "login", "handle"):
        return f"{slug(first_name)}.{slug(last_name)}"
    if last in ("phone", "mobile", "telephone", "fax", "cell") or "phone" in joined:
        return f"+43 316 555 {1000 + number * 37 % 9000:04d}"
    if last in ("contact", "signature") or last in PEOPLE:
        return f"{first_name} {last_name}"
    if last in ("name", "fullname") and subject in PEOPLE:
        return f"{first_name} {last_name}"
    if last in ("password", "secret", "passphrase"):
        return f"{_at(w.ADJECTIVES, number).lower()}-{_at(w.COLOURS, number)}-{_at(w.UNITS, number)}-{number + 41}"
    return ""


def _place(joined: str, last: str, number: int) -> str:
    if joined.endswith(("postal_code", "zip_code", "post_code")):
        last = "postcode"
    elif joined.endswith("address_line"):
        last = "street"
    elif joined.endswith("country_code"):
        return _at(w.COUNTRY_CODES, number)
    made = _PLACES.get(last)
    return made(number) if made else ""


def _city(number: int) -> str:
    return _at(w.CITIES, number)


def _country(number: int) -> str:
    return _at(w.COUNTRIES, number)


def _region(number: int) -> str:
    return _at(w.REGIONS, number)


def _street(number: int) -> str:
    return f"{_at(w.STREETS, number)} {number * 13 % 120 + 1}"


def _postcode(number: int) -> str:
    return str(1000 + number * 173 % 9000)


_PLACES: dict[str, Callable[[int], str]] = {
    "city": _city,
    "town": _city,
    "village": _city,
    "municipality": _city,
    "birthplace": _city,
    "location": _city,
    "country": _country,
    "nationality": _country,
    "region": _region,
    "state": _region,
    "province": _region,
    "street": _street,
    "address": lambda number: f"{_street(number)}, {_city(number)}",
    "postcode": _postcode,
    "zip": _postcode,
    "venue": lambda number: f"{_at(w.ADJECTIVES, number)} Hall, {_city(number)}",
}


def _code(joined: str, last: str, subject: str, number: int, rng: random.Random) -> str:
    if joined.endswith(("hex_color", "color_hex", "hex_colour")):
        return _at(w.HEX_COLOURS, number)
    if joined.endswith("file_name") or last == "filename":
        return f"{slug(_at(w.TITLES, number))}.pdf"
    if joined.endswith("ip_address"):
        last = "ip"
    elif joined.endswith("time_zone"):
        last = "timezone"
    made = _CODES.get(last)
    return made(number, (subject[:3] or "ref").upper(), rng) if made else ""


def _ean(number: int, _letters: str, _rng: random.Random) -> str:
    return f"40{10**10 + number * 7919:011d}"[:13]


def _numbered(number: int, letters: str, _rng: random.Random) -> str:
    return f"{letters}-2025-{number + 1:04d}"


def _digest(_number: int, _letters: str, rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _one_of(words: Sequence[str]) -> "_Code":
    return lambda number, _letters, _rng: _at(words, number)


_Code = Callable[[int, str, random.Random], str]  # of a row's number and the subject's letters
_CODES: dict[str, _Code] = {
    "isbn": lambda number, _letters, _rng: _isbn(number),
    "ean": _ean,
    "barcode": _ean,
    "iban": lambda number, _letters, _rng: f"AT61{1904300234573201 + number * 1009}",
    "sku": lambda number, letters, _rng: f"{letters}-{1001 + number}",
    "code": lambda number, letters, _rng: f"{letters}{100 + number}",
    "number": _numbered,
    "reference": _numbered,
    "serial": lambda _number, letters, rng: f"{letters}{rng.randrange(10**5, 10**6)}",
    "token": lambda _number, _letters, rng: f"{rng.getrandbits(64):016x}",
    "hash": _digest,
    "checksum": _digest,
    "slug": lambda number, _letters, _rng: slug(_at(w.TITLES, number)),
    "version": lambda number, _letters, _rng: f"{number // 10 + 1}.{number % 10}.0",
    "currency": _one_of(w.CURRENCIES),
    "language": _one_of(w.LANGUAGES),
    "locale": _one_of(w.LANGUAGES),
    "timezone": _one_of(("Europe/Vienna",)),
    "color": _one_of(w.COLOURS),
    "colour": _one_of(w.COLOURS),
    "unit": _one_of(w.UNITS),
    "status": _one_of(w.STATUSES),
    "ip": lambda number, _letters, _rng: f"192.0.2.{number % 250 + 1}",
    "plate": lambda number, letters, _rng: f"G {1000 + number * 31 % 9000} {letters[:2]}",
    "room": lambda number, _letters, _rng: f"{number // 9 + 1}.{number % 9 + 1:02d}",
    "level": _one_of(("beginner", "intermediate", "advanced")),
    "size": _one_of(("S", "M", "L", "XL")),
    "icon": _one_of(("book", "star", "leaf", "home")),
}


_LISTS: tuple[tuple[frozenset[str], Sequence[str]], ...] = (
    (_set("keyword keywords tag tags"), w.KEYWORDS),
    (_set("company employer organization organisation manufacturer brand publisher"), w.COMPANIES),
    (_set("department team division"), w.DEPARTMENTS),
    (_set("category genre topic subject"), w.TOPICS),
)
_NAMED: tuple[tuple[frozenset[str], Sequence[str]], ...] = (
    (COMPANIES, w.COMPANIES),
    (TOPICS, w.TOPICS),
    (PRODUCTS, w.PRODUCTS),
    (TASKS, w.TASKS),
    (_set("project campaign programme program initiative"), w.PROJECTS),
    (_set("department team division unit group"), w.DEPARTMENTS),
    (_set("city town location place station"), w.CITIES),
    (_set("country nation"), w.COUNTRIES),
    (WORKS, w.TITLES),
)


def _named(joined: str, last: str, subject: str, number: int) -> str:
    for names, words in _LISTS:
        if last in names:
            return _at(words, number)
    if joined in ("job_title", "position", "occupation", "profession", "role"):
        return _at(w.JOBS, number)
    if last == "subtitle":
        return f"{_at(w.ADJECTIVES, number)} stories from {_at(w.CITIES, number + 3)}"
    if last not in ("name", "title", "label", "headline", "heading"):
        return ""
    for kinds, words in _NAMED:
        if subject in kinds:
            return _at(words, number)
    if last in ("title", "headline", "heading"):
        return _at(w.TITLES, number)
    return f"{_at(w.ADJECTIVES, number)} {subject}"


def _generic(name: str, subject: str, number: int) -> str:
    """Something that at least says what it is: `Amber binding`."""
    last = naming.words(name)[-1:] or [subject]
    return f"{_at(w.ADJECTIVES, number)} {last[0]}"


def _isbn(number: int) -> str:
    """A 13-digit ISBN with a right check digit."""
    body = f"978316{148000 + number * 17:06d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _at(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]


def numbers(name: str) -> tuple[float, float, float]:
    """A usual range and step for a number of that name: least, most, step."""
    parts = set(naming.words(name))
    for names, spread in _RANGES:
        if parts & names:
            return spread
    return (1, 100, 1)


_RANGES: tuple[tuple[frozenset[str], tuple[float, float, float]], ...] = (
    (_set("year built founded"), (1950, 2025, 1)),
    (_set("bedrooms rooms bathrooms beds floor floors guests people adults children"), (1, 6, 1)),
    (_set("age"), (18, 80, 1)),
    (_set("rating stars score grade"), (1, 5, 1)),
    (_set("percent percentage discount rate tax vat progress share"), (0, 40, 5)),
    (_set("lat latitude"), (36, 60, 0.0001)),
    (_set("lng lon longitude"), (-9, 25, 0.0001)),
    (_set("salary income revenue budget turnover"), (24000, 90000, 500)),
    (
        _set("price cost fee amount total subtotal value balance charge deposit"),
        (5, 120, 0.5),
    ),
    (_set("position order rank index priority level sequence"), (1, 9, 1)),
    (_set("quantity"), (1, 12, 1)),
    (_set("count stock units copies seats capacity number"), (1, 60, 1)),
    (_set("pages words length"), (80, 640, 8)),
    (_set("weight height width depth size distance"), (1, 250, 0.5)),
    (_set("minutes duration hours days"), (5, 90, 5)),
    (_set("temperature"), (-5, 30, 0.5)),
)
FUTURE = _set(
    "due end ends until expires expiry deadline planned scheduled next valid closes finish target"
)
START = _set(
    "start starts started from begin begins issued opened opens ordered published reported joined requested arrives "
    "checkin departs"
)
END = _set(
    "end ends ended until finish finished closes closed closing expires due left shipped delivered resolved "
    "completed paid returned checkout arrived"
)
BIRTH = _set("birth birthday birthdate born dob")
