"""Asking a provider: with patience that ends, no redirects, and answers that are not endless."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from stackwright.errors import ProjectError
from stackwright.value import Value

PATIENCE_S = 8.0  # in all: less than browsers and proxies have
CAP_BYTES = 256 * 1024
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}  # nothing unpacks to more


class ProviderError(ProjectError):
    """A provider does not answer (HTTP 503), or answers what cannot be used (HTTP 502).

    Attributes:
        step: What it was asked for.
        reason: For the log: what was wrong, without anything secret.
    """

    def __init__(self, step: str, reason: str, *, is_away: bool = False) -> None:
        if is_away:
            message = "The provider that was to identify you does not answer."
            hint = "Try again in a minute; the operator finds the reason in the log."
        else:
            message = "What the provider answered cannot be used to identify you."
            hint = "Try again; if it stays, the operator finds the reason in the log."
        super().__init__(message, hint=hint, http_status=503 if is_away else 502)
        self.step, self.reason = step, reason


class Answer(Value):
    """What a provider said."""

    status: int
    content: Mapping[str, Any]


async def ask(
    step: str,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str = "",
) -> Answer:
    """The JSON object that is the answer.

    Args:
        step: What for, as the log calls it.
        url: Whom.
        method: Of HTTP.
        headers: Further ones.
        body: As it is sent.

    Raises:
        ProviderError: There is no answer, or it is no such thing.
    """
    try:
        async with (
            asyncio.timeout(PATIENCE_S),
            httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False) as client,
            client.stream(
                method, url, headers={**HEADERS, **(headers or {})}, content=body or None
            ) as answer,
        ):
            status, read = answer.status_code, await _read(step, answer)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ProviderError(step, type(error).__name__, is_away=True) from None
    if status >= 500 or status == 429:
        raise ProviderError(step, f"status {status}", is_away=True)
    try:
        content = json.loads(read)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ProviderError(step, f"status {status}, not a JSON object")
    return Answer(status=status, content=content)


async def document(step: str, url: str) -> Mapping[str, Any]:
    """The JSON object that lies there.

    Raises:
        ProviderError: It cannot be had.
    """
    answer = await ask(step, url)
    if answer.status != 200:
        raise ProviderError(step, f"status {answer.status}")
    return answer.content


async def _read(step: str, answer: httpx.Response) -> bytes:
    if answer.is_redirect:
        raise ProviderError(step, f"status {answer.status_code}, a redirect")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise ProviderError(step, "the answer is compressed, which was not asked for")
    read = bytearray()
    async for chunk in answer.aiter_raw():
        read += chunk
        if len(read) > CAP_BYTES:
            raise ProviderError(step, f"the answer is larger than {CAP_BYTES} bytes")
    return bytes(read)
