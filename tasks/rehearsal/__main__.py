"""The program that Terraform starts: `python -m tasks.rehearsal aws`.

It greets by the handshake of go-plugin, serves until it is told to end, and ends by itself when Terraform is gone.
"""

import base64
import datetime as dt
import json
import os
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stackwright.deployment.rehearsal.schema import read_document
from tasks.rehearsal.cloud import FOLDER, Cloud
from tasks.rehearsal.messages import CALLS, MESSAGES, SERVICE
from tasks.rehearsal.provider import RehearsalProvider
from tasks.stacks import schema_folder

SCHEMAS = "STACKWRIGHT_REHEARSAL_SCHEMAS"  # the setting that tells another folder of schemas
_WATCH_S = 0.5
_CALLS_AT_ONCE = 16  # Terraform makes ten


def main(name: str) -> None:
    """Serve the rehearsal of this provider until Terraform says that it is done, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Terraform gets it too, and tells us what to do
    folder = Path(os.environ.get(SCHEMAS) or schema_folder())
    schema = read_document(json.loads((folder / f"{name}.json").read_bytes()))
    cloud = Cloud(Path(os.environ[FOLDER]), name)
    certificate, key = _certificate()
    server = grpc.server(ThreadPoolExecutor(_CALLS_AT_ONCE))
    calls = {
        call: grpc.unary_unary_rpc_method_handler(
            lambda request, _, answer=answer: answer(request),
            request_deserializer=MESSAGES[CALLS[call][0]].FromString,
            response_serializer=MESSAGES[CALLS[call][1]].SerializeToString,
        )
        for call, answer in RehearsalProvider(schema, cloud).calls().items()
    }
    ended = threading.Event()
    controller = {"Shutdown": grpc.unary_unary_rpc_method_handler(lambda _, __: _end(ended))}
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(SERVICE, calls),
            grpc.method_handlers_generic_handler("plugin.GRPCController", controller),
        )
    )
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as private:  # nobody else may look in
        socket = f"{private}/plugin"
        server.add_secure_port(
            f"unix:{socket}", grpc.ssl_server_credentials([(_pem(key), _pem(certificate))])
        )
        server.start()
        der = certificate.public_bytes(serialization.Encoding.DER)
        text = base64.b64encode(der).decode().rstrip("=")
        print(f"1|6|unix|{socket}|grpc|{text}", flush=True)
        parent = os.getppid()
        while not ended.wait(_WATCH_S) and os.getppid() == parent:
            pass
        time.sleep(0.02)  # for the last answer
    os._exit(0)  # what is left are threads that wait for nothing


def _end(ended: threading.Event) -> bytes:
    ended.set()
    return b""


def _certificate() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate for this run only: Terraform trusts the one that it is greeted with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _pem(part: Any) -> bytes:
    encoding = serialization.Encoding.PEM
    if isinstance(part, x509.Certificate):
        return part.public_bytes(encoding)
    kept: bytes = part.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return kept


if __name__ == "__main__":
    main(sys.argv[1])
