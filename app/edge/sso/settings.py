"""Which provider people may sign in with."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from stackwright.errors import ProjectError
from stackwright.value import Value

PREFIX = "STACKWRIGHT_OIDC_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_NAME = 40


class Oidc(Value):
    """A provider of OpenID Connect.

    Attributes:
        issuer: Its address, as it calls itself.
        client_id: What it calls this installation.
        client_secret: None: this installation is a public client, and PKCE has to do.
        name: What people call it.
    """

    issuer: str
    client_id: str
    client_secret: SecretStr | None = None
    name: str = "single sign-on"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where it need not encrypt."""
        return urlsplit(self.issuer).scheme == "http"


def oidc_from(environment: Mapping[str, str]) -> Oidc | None:
    """The provider that `STACKWRIGHT_OIDC_…` variables name; None: there is none.

    Raises:
        ProjectError: One is missing or is not usable.
    """
    given = {
        name: value
        for name in ("issuer", "client_id", "client_secret", "name")
        if (value := environment.get(PREFIX + name.upper(), "").strip())
    }
    if not given:
        return None
    for name in ("issuer", "client_id"):
        if name not in given:
            raise ProjectError.bad_input(
                f"{PREFIX}{name.upper()} is not set, but another {PREFIX}… is.",
                hint=f"Set both {PREFIX}ISSUER and {PREFIX}CLIENT_ID, or none of them.",
            )
    if not is_safe(given["issuer"]) or set("?#") & set(given["issuer"]):
        raise ProjectError.bad_input(
            f"{PREFIX}ISSUER is not the https address of a provider.",
            hint="Such as https://login.example.org; http is for loopback only.",
        )
    name = given.get("name", "")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ProjectError.bad_input(
            f"{PREFIX}NAME does not fit on a button.",
            hint=f"Use at most {LONGEST_NAME} characters, such as: Example Ltd",
        )
    return Oidc.model_validate(given)


def is_safe(address: str, *, is_local: bool = True) -> bool:
    """Whether what is sent to this address cannot be read on the way.

    Args:
        address: Of a provider.
        is_local: Whether it may be plain http on this machine.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or not address.isprintable() or " " in address:
        return False
    return parts.scheme == "https" or (is_local and parts.scheme == "http" and host in LOOPBACK)
