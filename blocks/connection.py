"""What a connection test answers, and the sentences for credentials that are wrong, expired or reach nobody."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, SecretStr

from stackwright.errors import ProjectError
from stackwright.value import Value

if TYPE_CHECKING:
    import httpx

WAIT_S = 10.0  # for one answer of a provider
MOST_SAID = 300  # characters of a provider's own words


class Connection(Value):
    """What a provider says of whoever asks."""

    who: Annotated[str, Field(description="The name under which the provider knows us.")]
    where: Annotated[str, Field(description="Account, project, subscription or cluster.")]
    missing: Annotated[
        tuple[str, ...], Field(description="What a deployment takes and these may not do.")
    ] = ()
    unknown: Annotated[
        str, Field(description="Why nothing is said of some rights; empty: all were asked for.")
    ] = ""

    def sentence(self) -> str:
        """Who we are, where, and what is missing."""
        rights = (
            f" Missing rights: {', '.join(self.missing)}."
            if self.missing
            else ""
            if self.unknown
            else " No right that was asked for is missing."
        )
        unknown = f" {self.unknown}" if self.unknown else ""
        return f"Connected as {self.who} to {self.where}.{rights}{unknown}"


class Credentials(Value, ABC):
    """The base of all credentials. A field that is wrong is named, what was typed into it never."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @abstractmethod
    def environment(self) -> Mapping[str, SecretStr]:
        """What a provider of Terraform reads, for the environment of child processes alone."""

    @abstractmethod
    def ask(self) -> Connection:
        """Ask the provider who we are.

        Raises:
            ProjectError: They are wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """


def secrets(values: Mapping[str, str]) -> dict[str, SecretStr]:
    """The variables that have a value, each as a secret: what is printed by accident shows nothing."""
    return {name: SecretStr(value) for name, value in values.items() if value}


def refused(what: str, said: str, hint: str = "") -> ProjectError:
    """They are wrong."""
    return ProjectError(
        f"{what} does not accept the credentials{_quoted(said)}.",
        hint=hint or "Compare every field with what the provider shows, or make new ones.",
        http_status=401,
    )


def expired(what: str, said: str, hint: str = "") -> ProjectError:
    """They were right once."""
    return ProjectError(
        f"The credentials for {what} have expired{_quoted(said)}.",
        hint=hint or "Make new ones at the provider and save them under the same name.",
        http_status=401,
    )


def unreachable(what: str, where: str, said: str) -> ProjectError:
    """Nobody answers."""
    return ProjectError(
        f"{what} cannot be reached at {where}{_quoted(said)}.",
        hint="Are the address and the region right, and does this machine get there (network, proxy, firewall)?",
        http_status=502,
    )


def odd(what: str, status: int, said: str) -> ProjectError:
    """It answers something else than it should."""
    return ProjectError(
        f"{what} answers {status}{_quoted(said)}.",
        hint="Is it the right address? If it is, try again later.",
        http_status=502,
    )


def judged(what: str, said: str) -> ProjectError:
    """Wrong or expired, by the words of a provider that has one answer for both."""
    return expired(what, said) if "expired" in said.lower() else refused(what, said)


class Door:
    """One provider's address, asked over HTTP. Nothing it says back is passed on with a secret in it.

    Args:
        what: The provider's name in sentences.
        address: Where it is asked.
        hidden: What must not be repeated, whatever the provider answers.
        headers: Sent with each request.
        verify: What is trusted besides the usual certificates.
    """

    def __init__(
        self,
        what: str,
        address: str,
        *,
        hidden: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        verify: Any = True,
    ) -> None:
        self.what = what
        self.address = address.rstrip("/")
        self._hidden = [one for one in hidden if one]
        self._headers = dict(headers or {})
        self._verify = verify

    def ask(self, method: str, path: str, **more: Any) -> "httpx.Response":
        """The answer, whatever its status; redirects are not followed, so that secrets go nowhere else.

        Raises:
            ProjectError: Nobody answers.
        """
        import httpx  # takes a while

        with self._reaching(httpx), httpx.Client(verify=self._verify, timeout=WAIT_S) as client:
            return client.request(method, self.address + path, headers=self._headers, **more)

    def json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The JSON object that is answered.

        Raises:
            ProjectError: They are wrong or expired, nobody answers, or the answer is another.
        """
        return self.found(self.ask(method, path, **more))

    def found(self, answer: "httpx.Response") -> dict[str, Any]:
        """The JSON object in an answer.

        Raises:
            ProjectError: They are wrong or expired, or the answer is another.
        """
        if answer.status_code == 401:
            raise judged(self.what, self.said(answer))
        found = _object(answer)
        if not answer.is_success or found is None:
            raise odd(self.what, answer.status_code, self.said(answer))
        return found

    def said(self, answer: "httpx.Response") -> str:
        """The provider's own words, one line without secrets."""
        found = _object(answer) or {}
        inner = found.get("error")
        deep = inner if isinstance(inner, dict) else {}
        words = (
            deep.get("message")
            or found.get("error_description")
            or found.get("message")
            or (inner if isinstance(inner, str) else "")
            or ""
        )
        return self.clean(str(words))

    def clean(self, text: str) -> str:
        """The text in one line, with dots in the place of secrets."""
        for one in self._hidden:
            text = text.replace(one, "…")
        return " ".join(text.split())[:MOST_SAID]

    @contextmanager
    def _reaching(self, httpx: Any) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            said = self.clean(str(error)) or type(error).__name__
            raise unreachable(self.what, self.address, said) from None


def _object(answer: "httpx.Response") -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _quoted(said: str) -> str:
    return f": “{said.rstrip('.')}”" if said else ""
