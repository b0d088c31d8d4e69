"""CloudFormation on this machine: `ministack`, and a template in the kinds of resources that it knows."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from blocks.aws import AwsAccount
from tests.deployment.tools import tool

UNKNOWN_KINDS = frozenset(
    {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Backup::BackupSelection",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::NatGateway",
        "AWS::Logs::Delivery",
        "AWS::Logs::DeliveryDestination",
        "AWS::Logs::DeliverySource",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::WAFv2::WebACLAssociation",
    }
)  # of version 1.5.33, and alarms over several metrics
UNKNOWN_ATTRIBUTES = frozenset({"MasterUserSecret.SecretArn"})
STAND_IN = "AWS::CloudFormation::WaitConditionHandle"  # is made at once and does nothing


def emulated(template: Mapping[str, Any]) -> dict[str, Any]:
    """The same template with a stand-in for each resource that the emulator does not know."""
    resources = template["Resources"]
    unknown = {
        name
        for name, one in resources.items()
        if one["Type"] in UNKNOWN_KINDS or "Metrics" in one.get("Properties", {})
    }

    def known(value: Any) -> Any:
        if isinstance(value, list):
            return [known(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        if "Fn::GetAtt" in value:
            name, attribute = value["Fn::GetAtt"]
            if name in unknown or attribute in UNKNOWN_ATTRIBUTES:
                return {"Ref": name}
        return {key: known(one) for key, one in value.items()}

    changed = {
        name: {"Type": STAND_IN} if name in unknown else known(one)
        for name, one in resources.items()
    }
    return {**template, "Resources": changed, "Outputs": known(template["Outputs"])}


@contextmanager
def emulator(folder: Path) -> Iterator[AwsAccount]:
    """A fresh emulator that listens to this machine alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            tool("ministack", "ministack==1.5.33"),
            env={**os.environ, **settings},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/_ministack/ready", process, folder / "emulator.log")
        yield AwsAccount(
            region="eu-central-1",
            key_id="test",
            key=SecretStr("test"),
            endpoint=address,
        )
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    message = f"The emulator does not answer: {log.read_text(errors='replace')[-2000:]}"
    raise AssertionError(message)
