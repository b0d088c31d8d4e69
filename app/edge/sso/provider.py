"""A provider of OpenID Connect: where people are sent, and who they are when they come back."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from app.edge.sso.asking import ProviderError, ask, document
from app.edge.sso.departures import Departure
from app.edge.sso.id_tokens import Expected, claims_of, public_keys, reason_of
from app.edge.sso.kept import Kept
from app.edge.sso.settings import Oidc, is_safe
from stackwright.access.identities import Identity, usable_email, usable_name
from stackwright.value import Value

CALLBACK = "/sign-in/oidc/callback"
KEPT_FOR = timedelta(hours=1)
KEYS_AGE = timedelta(seconds=10)  # keys as new as that are not read again for a signature
SCOPE = "openid email profile"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CONFIDENTIAL = ("client_secret_basic", "client_secret_post")


class Endpoints(Value):
    """What a provider says about itself."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    algorithms: tuple[str, ...]
    auth_method: str
    names_itself: bool  # in what it sends back. Source: RFC 9207


class Provider:
    """The provider of this installation.

    Args:
        settings: Who it is, and who we are to it.
        public_url: Where browsers reach us.
        now: The clock.
    """

    def __init__(self, settings: Oidc, public_url: str, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._now = now
        self._return_to = public_url.rstrip("/") + CALLBACK
        self._endpoints = Kept(self._discover, KEPT_FOR, now)
        self._keys = Kept(self._read_keys, KEPT_FOR, now)

    async def issuer(self) -> str:
        """What it calls itself, which is what identities are known by.

        Raises:
            ProviderError: It does not say.
        """
        return (await self._endpoints.get()).issuer

    async def address(self, departure: Departure) -> str:
        """Where somebody is sent to be identified.

        Raises:
            ProviderError: It does not say where.
        """
        there = await self._endpoints.get()
        client = OAuth2Client(
            None,
            self.settings.client_id,
            redirect_uri=self._return_to,
            scope=SCOPE,
            code_challenge_method="S256",
        )
        url, _ = client.create_authorization_url(
            there.authorization,
            state=departure.state,
            code_verifier=departure.verifier,
            nonce=departure.nonce,
        )
        return str(url)

    async def identity(self, departure: Departure, code: str, issuer: str = "") -> Identity:
        """Who came back.

        Args:
            departure: The way that they were sent.
            code: What they brought.
            issuer: Who says to have sent them back; empty: nobody says so.

        Raises:
            ProviderError: Nothing proves it.
        """
        there = await self._endpoints.get()
        if issuer != there.issuer and (issuer or there.names_itself):
            raise ProviderError("return", "another issuer sent this person back")
        tokens = await self._exchange(there, departure, code)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise ProviderError("token", "no id token in the answer")
        expected = Expected(
            issuer=there.issuer,
            client_id=self.settings.client_id,
            nonce=departure.nonce,
            access_token=access_token if isinstance(access_token, str) else "",
            algorithms=there.algorithms,
        )
        claims = await self._claims(id_token, expected)
        if "email" not in claims and there.userinfo and expected.access_token:
            claims = {**claims, **await self._userinfo(there, claims, expected.access_token)}
        return _identity(there.issuer, claims)

    async def _claims(self, id_token: str, expected: Expected) -> Mapping[str, Any]:
        """What the token says; keys that are not known may be new ones."""
        try:
            keys = await self._keys.get()
            try:
                return claims_of(id_token, keys, expected, self._now())
            except (BadSignatureError, InvalidKeyIdError):
                keys = await self._keys.get(within=KEYS_AGE)
                return claims_of(id_token, keys, expected, self._now())
        except JoseError as error:
            raise ProviderError("id token", reason_of(error)) from None
        except (ValueError, TypeError, AttributeError, KeyError) as error:  # of odd JSON
            raise ProviderError("id token", type(error).__name__) from None

    async def _exchange(
        self, there: Endpoints, departure: Departure, code: str
    ) -> Mapping[str, Any]:
        """The tokens for the code."""
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self._return_to,
            code=code,
            code_verifier=departure.verifier,
        )
        secret = self.settings.client_secret
        client_id, text = self.settings.client_id, secret.get_secret_value() if secret else ""
        if there.auth_method == "client_secret_basic":  # RFC 6749, section 2.3.1
            client_id, text = quote_plus(client_id), quote_plus(text)
        auth = ClientAuth(client_id, text, there.auth_method)
        url, headers, body = auth.prepare("POST", there.token, dict(FORM), body)
        answer = await ask("token", url, method="POST", headers=headers, body=body)
        if answer.status != 200:
            said = answer.content.get("error")
            known = said if isinstance(said, str) and said.replace("_", "").isalpha() else ""
            raise ProviderError("token", f"status {answer.status} {known[:40]}".strip())
        return answer.content

    async def _userinfo(
        self, there: Endpoints, claims: Mapping[str, Any], access_token: str
    ) -> Mapping[str, Any]:
        """What it tells about the same person elsewhere. Source: OpenID Connect Core 1.0, section 5.3."""
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = await ask("userinfo", there.userinfo, headers=headers)
        if answer.status != 200 or answer.content.get("sub") != claims.get("sub"):
            raise ProviderError("userinfo", f"status {answer.status}, or of somebody else")
        return answer.content

    async def _discover(self) -> Endpoints:
        url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        return endpoints(await document("discovery", url), self.settings)

    async def _read_keys(self) -> KeySet:
        there = await self._endpoints.get()
        return public_keys(await document("keys", there.keys))


def endpoints(said: Mapping[str, Any], settings: Oidc) -> Endpoints:
    """What we use of a provider's own description. Source: OpenID Connect Discovery 1.0, section 3.

    Raises:
        ProviderError: It is not of this provider, or lacks something.
    """
    wrong = partial(ProviderError, "discovery")
    issuer = said.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != settings.issuer.rstrip("/"):
        raise wrong("the issuer calls itself something else than STACKWRIGHT_OIDC_ISSUER")
    urls = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        url = said.get(name)
        if url is None and name == "userinfo_endpoint":
            url = ""
        elif not isinstance(url, str) or not is_safe(url, is_local=settings.is_local):
            raise wrong(f"{name} is missing or not https")
        urls[name] = url
    return Endpoints(
        issuer=issuer,
        authorization=urls["authorization_endpoint"],
        token=urls["token_endpoint"],
        keys=urls["jwks_uri"],
        userinfo=urls["userinfo_endpoint"],
        algorithms=_texts(said, "id_token_signing_alg_values_supported"),
        auth_method=_auth_method(said, settings),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _auth_method(said: Mapping[str, Any], settings: Oidc) -> str:
    if settings.client_secret is None:
        return "none"
    known = _texts(said, "token_endpoint_auth_methods_supported") or CONFIDENTIAL[:1]
    for method in CONFIDENTIAL:
        if method in known:
            return method
    raise ProviderError("discovery", "it takes no client secret")


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = said.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _identity(issuer: str, claims: Mapping[str, Any]) -> Identity:
    email = usable_email(claims.get("email"))
    names = (claims.get("name"), claims.get("preferred_username"), email.partition("@")[0])
    try:
        return Identity(
            issuer=issuer,
            subject=claims["sub"],
            email=email,
            is_verified=claims.get("email_verified") in (True, "true"),  # some write it as text
            name=usable_name(*names),
        )
    except (ValidationError, KeyError):
        raise ProviderError("id token", "the subject cannot be used") from None
