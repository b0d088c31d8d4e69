"""What an id token says, once its signature, sender, receiver, time and nonce have been checked."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from stackwright.value import Value

# Of public keys alone: a token without signature, or with one that the client's own secret makes, is none.
ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split()
PUBLIC = frozenset({"RSA", "EC", "OKP"})
LEEWAY_S = 30  # by which clocks may differ
LONGEST = 32 * 1024


class Expected(Value):
    """What the token of a sign-in has to say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""
    algorithms: tuple[str, ...] = ()  # that the provider says it uses; empty: it does not say


def public_keys(document: Mapping[str, Any]) -> KeySet:
    """The keys of a provider with which signatures can be checked; what is none of them is left out."""
    listed = document.get("keys")
    keys = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("kty") in PUBLIC and one.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(one))
            except (JoseError, ValueError, TypeError):
                continue
    return KeySet(keys)


def claims_of(token: str, keys: KeySet, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """What the token says.

    Raises:
        JoseError: It is not valid. Source of the rules: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    if len(token) > LONGEST:
        raise JoseError("too long")
    decoded = jwt.decode(token, keys, algorithms=_allowed(expected.algorithms))
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "nonce": {"essential": True, "value": expected.nonce},
        },
        {
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    return cast("Mapping[str, Any]", dict(claims))


def reason_of(error: JoseError) -> str:
    """What was wrong with a token, without quoting it."""
    claim = getattr(error, "claim", "")
    return f"{error.error or type(error).__name__} {claim}".strip()


def _allowed(said: Collection[str]) -> list[str]:
    return [one for one in ALGORITHMS if not said or one in said]
