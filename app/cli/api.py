"""The API of a server as the command line asks it: with a token, patiently, and with errors that say what to do."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from stackwright import __version__
from stackwright.errors import Finding, ProjectError

PATIENCE_S = 60.0  # how long a server may be away
CONNECT_S, ANSWER_S = 10.0, 60.0
SLOWEST_S = 5.0  # between two attempts
MAX_DOWNLOAD_BYTES = 2 * 2**30
AGENT = f"stackwright/{__version__}"
PROBLEM = "application/problem+json"
SCOPES = "projects:read, projects:write, runs:read and runs:write"
LOCALLY = "generate here, without --server"

_BAD_INPUT = {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
_PASSING = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_FINDINGS = TypeAdapter(tuple[Finding, ...])


class Api:
    """A server that was found to be one of ours.

    Attributes:
        address: Where it is, such as `https://stackwright.example.org`.
        version: Of the Stackwright that runs there.
    """

    def __init__(
        self, address: str, token: str, say: Callable[[str], None], client: httpx.Client
    ) -> None:
        self.address, self._say, self._client = address, say, client
        self.headers = {"Authorization": f"Bearer {token}"}
        self.version = ""
        self._waits = False

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        again: bool = True,
    ) -> Any:
        """What the API answers.

        Args:
            method: Of HTTP.
            path: Below `/api/v1`.
            body: What is sent, as JSON values.
            key: Asking twice with the same one starts one thing.
            again: Whether asking twice does no harm, so that a lost answer is asked for again.

        Raises:
            ProjectError: It refuses, or does not answer for a minute.
        """
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        for pause_s in pauses():
            try:
                answer = self._client.request(method, f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                if not again or pause_s is None:
                    raise unreachable(self.address, error) from error
                self._wait(pause_s)
                continue
            is_passing = answer.status_code in _PASSING and again
            if pause_s is not None and (is_passing or answer.status_code == _TOO_MANY):
                self._wait(_asked_pause_s(answer) or pause_s)
                continue
            if not answer.is_success:
                raise refusal(self.address, answer)
            self._waits = False
            return _content(self.address, answer)
        raise AssertionError("the last attempt answers or raises")

    def download(self, path: str, to: IO[bytes]) -> None:
        """Write what lies at this path into a file; a download that breaks off begins anew.

        Raises:
            ProjectError: It is refused, does not arrive within a minute of attempts, or is far too large.
        """
        for pause_s in pauses():
            to.seek(0)
            to.truncate()
            try:
                with self._client.stream("GET", f"/api/v1{path}", headers=self.headers) as answer:
                    if not answer.is_success:
                        answer.read()
                        raise refusal(self.address, answer)
                    for chunk in answer.iter_bytes():
                        to.write(chunk)
                        if to.tell() > MAX_DOWNLOAD_BYTES:
                            raise ProjectError("What the server sends is too large for a project.")
            except httpx.TransportError as error:
                if pause_s is None:
                    raise unreachable(self.address, error) from error
                self._wait(pause_s)
                continue
            to.flush()
            return

    def page(self, path: str) -> str:
        """Where a browser shows this."""
        return f"{self.address}{path}"

    def _wait(self, pause_s: float) -> None:
        if not self._waits:
            self._say("The server does not answer; trying again …")
        self._waits = True
        time.sleep(pause_s)


@contextmanager
def connected(server: str, token: str, say: Callable[[str], None]) -> Iterator[Api]:
    """The API at this address, once it was found to be ours.

    Args:
        server: The address of the web application.
        token: With the scopes of `SCOPES`.
        say: Is told what people should know meanwhile.

    Raises:
        ProjectError: Nobody answers there, or somebody else.
    """
    address = address_of(server)
    if urlsplit(address).scheme == "http" and not is_here(address):
        say(f"The token travels unencrypted to {address}; use https where others can listen.")
    with httpx.Client(
        base_url=address,
        headers={"User-Agent": AGENT},
        timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        verify=trusted(address) or True,
        trust_env=not is_here(address),
    ) as client:
        api = Api(address, token, say, client)
        api.version = _version(address, client)
        if api.version != __version__:
            say(f"The server runs Stackwright {api.version}, this is {__version__}.")
        yield api


def address_of(server: str) -> str:
    """The address of the server behind what somebody typed.

    Raises:
        ProjectError: It is none.
    """
    text = server.strip().rstrip("/").removesuffix("/v1").removesuffix("/api")
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is none
    except ValueError:
        parts = urlsplit("")
    is_one = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_one or parts.path or parts.query or parts.fragment:
        raise ProjectError.bad_input(
            f"{server} is not the address of a server.",
            hint="Give it with http:// or https:// and without a path, such as http://127.0.0.1:4280.",
        )
    return text


def is_here(address: str) -> bool:
    """Whether this is an address of this machine, which no proxy can reach for us."""
    host = urlsplit(address).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def trusted(address: str) -> ssl.SSLContext | None:
    """The certificates that are believed (`SSL_CERT_FILE` adds one's own); None: the address needs none."""
    return httpx.create_ssl_context() if urlsplit(address).scheme == "https" else None


def pauses() -> Iterator[float | None]:
    """How long to wait after each attempt that fails, in seconds; None: it was the last one."""
    until, pause_s = time.monotonic() + PATIENCE_S, 0.25
    while time.monotonic() < until:
        yield pause_s
        pause_s = min(SLOWEST_S, pause_s * 2)
    yield None


def unreachable(address: str, error: Exception) -> ProjectError:
    """Why nobody answers at this address, and what to do."""
    what = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in what:
        reason = what.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or what
        return ProjectError(
            f"The certificate of {address} is not trusted: {reason}.",
            hint="If it is of your own authority, name its certificate in SSL_CERT_FILE.",
        )
    if isinstance(error, ssl.SSLError) or "[SSL" in what:
        return ProjectError(
            f"{address} does not speak TLS as it should: {what}.",
            hint=f"If it is not encrypted: --server {address.replace('https', 'http', 1)}",
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return ProjectError(
            f"{address} does not answer in time.",
            hint=f"Check the address and the network, or {LOCALLY}.",
        )
    return ProjectError(
        f"No server answers at {address}: {what}",
        hint=f"Start one with `stackwright serve`, check the address, or {LOCALLY}.",
    )


def refusal(address: str, answer: httpx.Response) -> ProjectError:
    """What the server says against it, and what to do."""
    status = HTTPStatus(answer.status_code)
    if answer.is_redirect:
        return ProjectError(
            f"{address} sends us to {answer.headers.get('location', 'another address')}.",
            hint="Give that address: a token is not sent to others than the one it is meant for.",
        )
    problem = _problem(answer)
    hint = str(problem.get("hint", ""))
    if status is HTTPStatus.UNAUTHORIZED:
        hint = (
            f"Make a token at {address}/account; put it into STACKWRIGHT_TOKEN, or into a file "
            "for --token-file."
        )
    if status is HTTPStatus.FORBIDDEN:
        hint = f"Make a token with the scopes {SCOPES} at {address}/account. {hint}".strip()
    detail = problem.get("detail") or f"{address} answers {status} ({status.phrase})."
    with suppress(ValidationError):
        findings = _FINDINGS.validate_python(problem.get("findings", ()))
        return ProjectError(
            str(detail),
            hint=hint or f"Look at {address}, and at what is between here and there.",
            findings=findings,
            exit_code=2 if status in _BAD_INPUT else 1,
            http_status=status,
        )
    return strange(address)


def strange(address: str) -> ProjectError:
    """An error for answers that are not what our API answers."""
    return ProjectError(
        f"{address} answers something else than Stackwright {__version__} does.",
        hint="Check the address; if another version runs there, use the same one here.",
    )


_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


def _asked_pause_s(answer: httpx.Response) -> float | None:
    """How long the server asks us to wait."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), PATIENCE_S) if asked.isdecimal() else None


def _content(address: str, answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError as error:
        raise strange(address) from error


def _problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer; empty when it has none."""
    if answer.headers.get("content-type", "").partition(";")[0] != PROBLEM:
        return {}
    with suppress(ValueError):
        found = answer.json()
        return found if isinstance(found, dict) else {}
    return {}


def _version(address: str, client: httpx.Client) -> str:
    """The version of the Stackwright at this address.

    Raises:
        ProjectError: Nobody answers there, or somebody else.
    """
    try:
        answer = client.get("/api/v1/health")
        if answer.is_redirect or _problem(answer):
            raise refusal(address, answer)
        with suppress(ValueError, KeyError, TypeError):
            return str(answer.json()["version"])
        is_prefect = client.get("/api/health").text.strip() == "true"
    except httpx.TransportError as error:
        raise unreachable(address, error) from error
    if is_prefect:
        raise ProjectError.bad_input(
            f"{address} is Prefect's address, not that of the web application.",
            hint="Give the one that `stackwright serve` prints as `api`, such as http://127.0.0.1:4280.",
        )
    raise strange(address)
