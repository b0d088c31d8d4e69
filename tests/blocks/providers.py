"""Providers as they answer: who we are, what is wrong, and what credentials of every kind look like."""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from blocks import google, kubernetes
from blocks.connection import Credentials
from blocks.kinds import opened
from stackwright.errors import ProjectError
from tests.blocks.standin import Answer, StandIn, standing_in

CANARY = "canary-7c1f-must-not-be-seen"
ID = "00000000-0000-4000-8000-000000000001"
NOBODY = "http://127.0.0.1:9"  # the port that throws everything away; nothing listens


@cache
def a_key() -> tuple[str, str]:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _google(url: str) -> dict[str, Any]:
    key = {
        "client_email": "deploy@shop.example",
        "private_key": a_key()[0],
        "private_key_id": CANARY,
    }
    return {
        "project": "shop-4711",
        "region": "europe-west3",
        "key": json.dumps(key),
        "endpoint": url,
    }


def a_cluster(url: str, token: str = CANARY) -> dict[str, Any]:
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": token}}],
    }
    return {"kubeconfig": yaml.safe_dump(config)}


def _aws(url: str) -> dict[str, Any]:
    return {"region": "eu-central-1", "key_id": "AKIATEST", "key": CANARY, "endpoint": url}


FIELDS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "stackwright-aws": _aws,
    "stackwright-gcp": _google,
    "stackwright-azure": lambda url: {
        "subscription": ID,
        "tenant": ID,
        "client": ID,
        "secret": CANARY,
        "endpoint": url,
    },
    "stackwright-digitalocean": lambda url: {"token": CANARY, "endpoint": url},
    "stackwright-kubernetes": a_cluster,
    "stackwright-git": lambda url: {"token": CANARY, "endpoint": url},
    "stackwright-terraform": lambda url: {
        "program": "/nowhere/terraform",
        "host": "app.terraform.io",
        "token": CANARY,
    },
}
TOKEN = {"access_token": "short-lived"}
REVIEW = Answer(201, {"status": {"allowed": True}})
GOOD: Mapping[str, Mapping[str, Answer]] = {
    "stackwright-gcp": {
        "POST /token": Answer(body=TOKEN),
        "POST /v1/projects/shop-4711:testIamPermissions": Answer(
            body={"permissions": list(google.RIGHTS)}
        ),
    },
    "stackwright-azure": {
        f"POST /{ID}/oauth2/v2.0/token": Answer(body=TOKEN),
        f"GET /subscriptions/{ID}": Answer(body={"displayName": "Shop", "state": "Enabled"}),
        f"GET /subscriptions/{ID}/providers/Microsoft.Authorization/permissions": Answer(
            body={"value": [{"actions": ["*"], "notActions": []}]}
        ),
    },
    "stackwright-digitalocean": {
        "GET /v2/account": Answer(
            body={
                "account": {"email": "ada@shop.example", "status": "active", "team": {"name": "T"}}
            }
        ),
    },
    "stackwright-kubernetes": {
        "GET /version": Answer(body={"gitVersion": "v1.34.1"}),
        f"POST {kubernetes.REVIEWS}": REVIEW,
        f"POST {kubernetes.WHOAMI}": Answer(201, {"status": {"userInfo": {"username": "ada"}}}),
    },
    "stackwright-git": {
        "GET /user": Answer(body={"login": "ada"}, headers={"X-OAuth-Scopes": "repo, workflow"})
    },
}


class Case(NamedTuple):
    """What one answer of a provider means."""

    kind: str
    asked: str
    answer: Answer
    sentence: str
    hint: str = ""


def _xml(code: str) -> Answer:
    error = f"<Error><Code>{code}</Code><Message>It is {CANARY}.</Message></Error>"
    return Answer(403, f"<ErrorResponse>{error}</ErrorResponse>")


def _entra(words: str) -> Answer:
    return Answer(401, {"error": "invalid_client", "error_description": words})


ACCOUNT, LOGIN, OAUTH = "GET /v2/account", f"POST /{ID}/oauth2/v2.0/token", "POST /token"
WRONG = [
    Case("stackwright-aws", "POST /", _xml("InvalidClientTokenId"), "AWS does not accept"),
    Case("stackwright-aws", "POST /", _xml("ExpiredToken"), "for AWS have expired", "new ones"),
    Case(
        "stackwright-gcp",
        OAUTH,
        Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}),
        "Google Cloud does not accept the credentials: “Invalid JWT Signature”",
    ),
    Case(
        "stackwright-gcp",
        OAUTH,
        Answer(400, {"error": "invalid_grant", "error_description": "The key has expired."}),
        "for Google Cloud have expired",
        "new ones",
    ),
    Case("stackwright-azure", LOGIN, _entra(f"AADSTS7000215: {CANARY}"), "Azure does not accept"),
    Case(
        "stackwright-azure",
        LOGIN,
        _entra("AADSTS7000222: The provided client secret keys are expired."),
        "for Azure have expired",
        "new client secret",
    ),
    Case(
        "stackwright-azure",
        f"GET /subscriptions/{ID}",
        Answer(body={"displayName": "Shop", "state": "PastDue"}),
        "The subscription “Shop” is pastdue",
        "bills",
    ),
    Case(
        "stackwright-digitalocean",
        ACCOUNT,
        Answer(401, {"id": "Unauthorized", "message": f"Unable to authenticate {CANARY}"}),
        "DigitalOcean does not accept the credentials: “Unable to authenticate …”",
        "wrong, expired or revoked",
    ),
    Case(
        "stackwright-digitalocean",
        ACCOUNT,
        Answer(body={"account": {"status": "locked"}}),
        "is locked",
    ),
    Case(
        "stackwright-kubernetes",
        "GET /version",
        Answer(401, {"message": "Unauthorized"}),
        "Kubernetes does not accept",
        "kubeconfig",
    ),
    Case(
        "stackwright-git",
        "GET /user",
        Answer(401, {"message": "Bad credentials"}),
        "GitHub does not accept the credentials: “Bad credentials”",
    ),
    Case(
        "stackwright-git",
        "GET /user",
        Answer(401, {"error_description": "Token is expired."}),
        "for GitHub have expired",
        "new ones",
    ),
    Case("stackwright-git", "GET /user", Answer(302, ""), "GitHub answers 302", "right address"),
    Case("stackwright-git", "GET /user", Answer(200, "<html>"), "GitHub answers 200"),
    Case("stackwright-digitalocean", ACCOUNT, Answer(500, {}), "DigitalOcean answers 500"),
]


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with standing_in({}) as found:
        yield found


def made(kind: str, url: str = NOBODY) -> Credentials:
    return opened(kind, FIELDS[kind](url))


def failure(credentials: Credentials) -> ProjectError:
    with pytest.raises(ProjectError) as caught:
        credentials.ask()
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY not in told.replace("InvalidClient", "")
    assert caught.value.hint
    return caught.value
