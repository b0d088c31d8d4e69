"""A small provider of OpenID Connect on this machine, which can be told to be wrong in many ways."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from app.edge.sso.settings import Oidc

CLIENT, SECRET = "stackwright", "canary secret/with+signs"
FOREIGN_KEY = RSAKey.generate_key(2048, {"kid": "key-1"})


class TestProvider:
    """What it says is what its attributes are."""

    __test__ = False

    def __init__(self, address: str) -> None:
        self.address = address
        self.keys = [RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig"})]
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.canaries: set[str] = {SECRET}
        self.reads: list[str] = []
        self.again()

    def again(self) -> None:
        """Be right again."""
        self.person: dict[str, Any] = {
            "sub": "ada-1",
            "email": "Ada@example.org",
            "email_verified": True,
            "name": "Ada Lovelace",
        }
        self.claims: dict[str, Any] = {}  # instead of those that are right; None leaves one out
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answers: dict[str, Response] = {}  # of these paths, whatever is asked
        self._codes: dict[str, dict[str, str]] = {}
        self.reads.clear()

    @property
    def oidc(self) -> Oidc:
        return Oidc.model_validate(
            {
                "issuer": self.address,
                "client_id": CLIENT,
                "client_secret": SECRET,
                "name": "Example Ltd",
            }
        )

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def rotate(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": f"key-{uuid4().hex}", "use": "sig"})]

    def unsigned(self, claims: dict[str, Any]) -> str:
        token = self.signed(claims)
        header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        return f"{header}.{token.split('.')[1]}."

    def by_secret(self, claims: dict[str, Any]) -> str:
        """With what should be a public key as the secret of a signature."""
        public = self.keys[-1].as_pem(private=False)
        head, content = (
            base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
            for one in ({"alg": "HS256", "kid": self.keys[-1].kid}, claims)
        )
        seal = hmac.digest(public, f"{head}.{content}".encode(), "sha256")
        return f"{head}.{content}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"

    def by_another(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.keys[-1].kid}, claims, FOREIGN_KEY)

    def authorize(self, asked: dict[str, str]) -> str:
        """Where somebody is sent who agrees."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        assert set(asked["scope"].split()) == {"openid", "email", "profile"}
        code = uuid4().hex
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, sent: dict[str, str], authorization: str) -> Response:
        asked = self._codes.pop(sent["code"], None)
        text = sent["code_verifier"].encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if basic != f"{CLIENT}:canary+secret%2Fwith%2Bsigns":
            return JSONResponse({"error": "invalid_client"}, 401)
        if not asked or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant", "error_description": SECRET}, 400)
        if sent["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.now().timestamp())
        right = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        claims = {k: v for k, v in {**right, **self.claims}.items() if v is not None}
        token, access = self.sign(claims), f"access-{uuid4().hex}"
        self.canaries |= {token or access, access, sent["code"], sent["code_verifier"]}
        return JSONResponse({"access_token": access, "token_type": "Bearer", "id_token": token})

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def told(request: Request, call_next: Any) -> Any:
            self.reads.append(request.url.path)
            return self.answers.get(request.url.path) or await call_next(request)

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, Any]:
            said = {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "userinfo_endpoint": f"{self.address}/userinfo",
            }
            return {**said, **self.metadata}

        @app.get("/keys")
        async def keys() -> Any:
            return KeySet(list(self.keys)).as_dict(private=False)

        @app.get("/authorize")
        async def authorize(request: Request) -> RedirectResponse:
            return RedirectResponse(self.authorize(dict(request.query_params)), 303)

        @app.post("/token")
        async def token(
            request: Request,
            code: Annotated[str, Form()],
            code_verifier: Annotated[str, Form()],
            redirect_uri: Annotated[str, Form()],
        ) -> Response:
            sent = {"code": code, "code_verifier": code_verifier, "redirect_uri": redirect_uri}
            return self.tokens(sent, request.headers.get("authorization", ""))

        @app.get("/userinfo")
        async def userinfo(request: Request) -> Any:
            assert request.headers["authorization"].startswith("Bearer access-")
            return self.userinfo

        return app


@contextmanager
def serving() -> Iterator[TestProvider]:
    """A provider on a real port, until the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = TestProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(made.app(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield made
        server.should_exit = True
        thread.join(timeout=20)
