"""What differs between two installations of the web application."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.edge.sso.settings import Oidc, oidc_from
from stackwright.access.limits import Limit
from stackwright.access.sessions import Lifetime
from stackwright.errors import ProjectError
from stackwright.value import Value

PREFIX = "STACKWRIGHT_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
SHORTEST_KEY = 32
MIB = 2**20

SignUp = Literal["open", "approval", "off"]


class Limits(Value):
    """How often what may happen: the first three per address, `calls` per account."""

    login: Limit = Limit(burst=20, per_minute=20)
    sign_up: Limit = Limit(burst=5, per_minute=5 / 60)
    welcome: Limit = Limit(burst=5, per_minute=1)
    calls: Limit = Limit(burst=600, per_minute=600)


class Settings(Value):
    """The settings of one installation.

    Attributes:
        database_url: Any PostgreSQL.
        secret_key: What tokens against forged requests are made with.
        public_url: Where browsers reach the application; with https, cookies are only sent encrypted.
        prefect_url: Where the orchestrator is reached; empty: there is none, and runs wait.
        trusted_hosts: Further names in the `Host` header; those of loopback and of `public_url` always are.
        trusted_proxies: Addresses whose `X-Forwarded-For` is believed.
        sign_up: `approval`: new accounts are disabled until an admin enables them.
        oidc: Another provider that people may sign in with.
        body_cap_bytes: The largest body that is taken.
        state_cap_bytes: The same for a state of Terraform.
    """

    database_url: SecretStr
    secret_key: SecretStr
    public_url: str = "http://127.0.0.1:4280"
    prefect_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    sign_up: SignUp = "open"
    oidc: Oidc | None = None
    body_cap_bytes: int = MIB
    state_cap_bytes: int = 16 * MIB
    lifetime: Lifetime = Lifetime()
    limits: Limits = Limits()

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us encrypted."""
        return self.scheme == "https"

    @cached_property
    def scheme(self) -> str:
        """Of the public address."""
        return urlsplit(self.public_url).scheme

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; `__Host-` makes browsers keep it to this host and https."""
        return "__Host-stackwright" if self.is_https else "stackwright"

    @property
    def departure_cookie(self) -> str:
        """The name of the cookie of somebody who was sent to another provider."""
        return f"{self.cookie}-oidc"

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names by which we may be called, without port."""
        public = without_port(urlsplit(self.public_url).netloc)
        return LOOPBACK | {public} | {host.lower() for host in self.trusted_hosts}

    def key(self) -> bytes:
        """The secret key."""
        return self.secret_key.get_secret_value().encode()


def without_port(netloc: str) -> str:
    """The host of `host:port`, in small letters."""
    host, colon, port = netloc.lower().rpartition(":")
    return host if colon and port.isdigit() else netloc.lower()


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings as `STACKWRIGHT_…` variables give them.

    Raises:
        ProjectError: One is missing or is not usable.
    """
    given = {
        name: value
        for name in ("database_url", "secret_key", "public_url", "prefect_url", "sign_up")
        if (value := environment.get(PREFIX + name.upper()))
    }
    lists = {
        name: tuple(part.strip() for part in value.split(",") if part.strip())
        for name in ("trusted_hosts", "trusted_proxies")
        if (value := environment.get(PREFIX + name.upper()))
    }
    for name in ("database_url", "secret_key"):
        if name not in given:
            raise ProjectError.bad_input(
                f"{PREFIX}{name.upper()} is not set.", hint="docs/accounts.md lists all settings."
            )
    if len(given["secret_key"]) < SHORTEST_KEY:
        raise ProjectError.bad_input(
            f"{PREFIX}SECRET_KEY has fewer than {SHORTEST_KEY} characters.",
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    if given.get("sign_up", "open") not in {"open", "approval", "off"}:
        raise ProjectError.bad_input(
            f"{PREFIX}SIGN_UP is none of open, approval and off.", hint="Choose one of them."
        )
    url = urlsplit(given.get("public_url", "http://127.0.0.1"))
    if url.scheme not in {"http", "https"} or not url.netloc or url.path.strip("/"):
        raise ProjectError.bad_input(
            f"{PREFIX}PUBLIC_URL is not the address of a site.",
            hint="Such as https://stackwright.example.org, without a path.",
        )
    return Settings.model_validate(given | lists | {"oidc": oidc_from(environment)})
