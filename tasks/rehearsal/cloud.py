"""The rehearsed cloud: what it holds lies in a file, so that it can be read, changed by others, and forgotten."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stackwright.deployment.rehearsal.wishes import Wishes
from stackwright.errors import ProjectError

FOLDER = "STACKWRIGHT_REHEARSAL"  # the setting that tells a provider where its cloud lies
_WISHES = "wishes.json"


class Cloud:
    """What one provider's cloud holds: key → {kind, address, values}."""

    def __init__(self, folder: Path, provider: str) -> None:
        self._file = folder / f"cloud-{provider}.json"
        self._folder = folder

    def wishes(self) -> Wishes:
        """What the rehearsal is asked to go through, as it stands now."""
        try:
            return Wishes.model_validate_json((self._folder / _WISHES).read_bytes())
        except FileNotFoundError:
            return Wishes()

    def get(self, key: str) -> Mapping[str, Any] | None:
        """What lies under a key; None: it is gone."""
        found: Mapping[str, Any] | None = self._content()["objects"].get(key)
        return found

    def put(self, key: str, kind: str, address: str, values: Mapping[str, Any]) -> None:
        """Make or change something."""
        with self._changing() as content:
            content["objects"][key] = {"kind": kind, "address": address, "values": dict(values)}

    def remove(self, key: str) -> None:
        """Take something away; nothing is there: nothing happens."""
        with self._changing() as content:
            content["objects"].pop(key, None)

    def addresses(self) -> frozenset[str]:
        """The resources that are there."""
        return frozenset(one["address"] for one in self._content()["objects"].values())

    def spent(self) -> Mapping[str, int]:
        """How often each rehearsed failure has happened."""
        found: Mapping[str, int] = self._content()["spent"]
        return found

    def spend(self, fault: str) -> None:
        """A rehearsed failure happens."""
        with self._changing() as content:
            content["spent"][fault] = content["spent"].get(fault, 0) + 1

    def drift(self, address: str, name: str, value: Any) -> None:
        """Change an attribute behind Terraform's back, as somebody in the cloud's own console would.

        Raises:
            ProjectError: There is no such resource or attribute (HTTP 404).
        """
        with self._changing() as content:
            for one in content["objects"].values():
                if one["address"] == address and name in one["values"]:
                    one["values"][name] = value
                    return
        raise ProjectError(f"The rehearsed cloud has no {address} with {name}.", http_status=404)

    def lose(self, address: str) -> None:
        """Delete a resource behind Terraform's back.

        Raises:
            ProjectError: There is no such resource (HTTP 404).
        """
        with self._changing() as content:
            found = [k for k, one in content["objects"].items() if one["address"] == address]
            for key in found:
                del content["objects"][key]
        if not found:
            raise ProjectError(f"The rehearsed cloud has no {address}.", http_status=404)

    def _content(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {"objects": {}, "spent": {}}
        return content

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The content, written back as a whole; others wait, be they threads or programs."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = self._content()
            yield content
            draft = self._file.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file)
            draft.replace(self._file)


def wish(folder: Path, wishes: Wishes) -> None:
    """Tell the rehearsed clouds in this folder what to go through; failures of before are forgotten."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{_WISHES}.new"
    draft.write_text(wishes.model_dump_json(), "utf-8")
    draft.chmod(0o600)
    draft.replace(folder / _WISHES)
    for path in folder.glob("cloud-*.json"):
        with Cloud(folder, path.stem.removeprefix("cloud-"))._changing() as content:  # noqa: SLF001 - our own
            content["spent"] = {}


def drift(folder: Path, address: str, name: str, value: Any) -> None:
    """Change an attribute of a resource behind Terraform's back, in whichever cloud it is."""
    Cloud(folder, provider_name(address)).drift(address, name, value)


def lose(folder: Path, address: str) -> None:
    """Delete a resource behind Terraform's back, in whichever cloud it is."""
    Cloud(folder, provider_name(address)).lose(address)


def provider_name(address: str) -> str:
    """The provider of a resource, such as aws of `module.a.aws_vpc.main`."""
    parts = address.split("[", maxsplit=1)[0].split(".")
    return parts[-2].partition("_")[0]
