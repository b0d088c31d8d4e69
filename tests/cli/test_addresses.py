"""What `generate --server` says of addresses, and of servers that are not ours, away or not to be trusted."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.cli import api
from stackwright import __version__
from stackwright.access.tokens import Kind, secret_text
from tests.cli.conftest import Asked
from tests.cli.test_generation import model

__all__ = ["model"]

TOKEN = secret_text(Kind.TOKEN, bytes(32))  # of nobody


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:4280",
        "ftp://host",
        "http://",
        "http://host/some/path",
        "http://a:b@host",
        "http://h:x",
    ],
)
def test_what_is_no_address_is_a_sentence(
    ask: Asked, model: Path, tmp_path: Path, address: str
) -> None:
    refused = ask("generate", model, "--out", tmp_path / "out", "--server", address)
    assert refused.code == 2
    assert f"{address} is not the address of a server" in refused.flat


def test_addresses_of_the_api_are_understood() -> None:
    for text in ("http://host:1", "http://host:1/", "http://host:1/api/v1/", "http://host:1/api"):
        assert api.address_of(text) == "http://host:1"


class Silent(HTTPServer):
    """A server to which it is nothing new that its clients hang up."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that the client refuses the certificate is what is tested."""


class Other(BaseHTTPRequestHandler):
    """A server that is not ours."""

    answers: ClassVar[dict[str, tuple[int, str, dict[str, str]]]] = {}

    def do_GET(self) -> None:
        status, body, headers = self.answers.get(self.path, (404, "not here", {}))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def other(answers: dict[str, tuple[int, str, dict[str, str]]]) -> Iterator[str]:
    class Its(Other):
        pass

    Its.answers = answers
    made = HTTPServer(("127.0.0.1", 0), Its)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


@pytest.fixture
def try_address(
    ask: Asked, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """What the command says when this is the server, on one line."""
    monkeypatch.setenv("STACKWRIGHT_TOKEN", TOKEN)

    def tried(address: str) -> str:
        said = ask("generate", model, "--out", tmp_path / "out", "--server", address)
        assert said.code
        return said.flat

    return tried


def test_other_servers_are_named_for_what_they_are(try_address: Callable[[str], str]) -> None:
    with other({"/api/health": (200, "true", {})}) as address:
        assert "is Prefect's address, not that of the web application" in try_address(address)
    with other({}) as address:
        assert "answers something else than Stackwright" in try_address(address)
        assert "does not speak TLS as it should" in try_address(address.replace("http", "https"))
    moved = {"/api/v1/health": (308, "", {"Location": "https://elsewhere.example"})}
    with other(moved) as address:
        assert "sends us to https://elsewhere.example" in try_address(address)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        said = try_address(address)
    assert f"No server answers at {address}" in said
    assert "stackwright serve" in said


def test_a_server_that_never_answers_is_not_waited_for(
    try_address: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "ANSWER_S", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        said = try_address(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert "does not answer in time" in said


def test_a_server_that_goes_away_is_waited_for_and_then_given_up(
    try_address: Callable[[str], str], impatient: None
) -> None:
    health = json.dumps({"status": "ok", "version": "9.9"})
    answers: dict[str, tuple[int, str, dict[str, str]]] = {
        "/api/v1/health": (200, health, {}),
        "/api/v1/projects?limit=100": (503, "", {}),
    }
    with other(answers) as address:
        said = try_address(address)
    assert f"The server runs Stackwright 9.9, this is {__version__}." in said
    assert said.count("The server does not answer; trying again") == 1
    assert "answers 503 (Service Unavailable)" in said


def test_a_certificate_of_nobody_is_not_trusted(
    try_address: Callable[[str], str], tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "own.pem"))
    made = Silent(("127.0.0.1", 0), Other)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    said = try_address(f"https://127.0.0.1:{made.server_port}")
    made.shutdown()
    thread.join()
    made.server_close()
    assert "is not trusted: self-signed certificate" in said
    assert "SSL_CERT_FILE" in said


def self_signed(to: Path) -> Path:
    """A certificate with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    to.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return to
