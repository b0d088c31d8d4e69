"""Tokens as passwords of HTTP Basic, for programs that know no other way, such as Terraform's http backend."""

import base64

from fastapi import Request
from fastapi.security import HTTPBasic
from starlette.datastructures import Headers

_OF_BROWSERS = ("cookie", "origin", "referer", "sec-fetch-site")


class _Described(HTTPBasic):
    """Tells the contract of it; nothing is asked for, as browsers keep a password that they were asked for."""

    async def __call__(self, request: Request) -> None:  # type: ignore[override]  # the password is read below
        """Nothing."""


BASIC = _Described(
    scheme_name="password",
    description="A token of POST /api/v1/tokens as the password, with any name. Not for browsers.",
    auto_error=False,
)


def password_of(headers: Headers) -> str:
    """The password of HTTP Basic; empty: there is none, or a browser sent it, which any site can make it do."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or any(name in headers for name in _OF_BROWSERS):
        return ""
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode("ascii")
    except ValueError:
        return ""
    return pair.partition(":")[2]
