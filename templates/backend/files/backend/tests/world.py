"""What a test can do: call the API in a role, and have example rows made when they are needed."""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.references import Link, Upload

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500017a5eab3f0000000049454e44ae426082"
)  # a picture of one transparent point


class Account(NamedTuple):
    """Somebody who can log in."""

    id: str
    name: str
    email: str
    token: str


class World:
    """The API as its users see it, and the example rows that a test has asked for so far.

    Every call takes the role it is made in; `public` is nobody who is logged in.
    """

    def __init__(self, client: TestClient, accounts: Mapping[str, Account]) -> None:
        self.client = client
        self._accounts = accounts
        self._rows: dict[tuple[str, int], dict[str, Any]] = {}
        self._files: dict[str, str] = {}

    def get(self, path: str, role: str = "admin", /, **filters: Any) -> Response:
        """The answer to GET; further arguments are query parameters."""
        return self.client.get(path, params=filters, headers=self._login(role))

    def post(self, path: str, body: Any, role: str = "admin") -> Response:
        """The answer to POST."""
        return self.client.post(path, json=self.resolve(body), headers=self._login(role))

    def put(self, path: str, body: Any, role: str = "admin", **headers: str) -> Response:
        """The answer to PUT; `if_match="…"` becomes the header If-Match."""
        return self.client.put(path, json=self.resolve(body), headers=self._login(role, headers))

    def patch(self, path: str, body: Any, role: str = "admin", **headers: str) -> Response:
        """The answer to PATCH with a merge patch."""
        return self.client.patch(path, json=self.resolve(body), headers=self._login(role, headers))

    def delete(self, path: str, role: str = "admin", **headers: str) -> Response:
        """The answer to DELETE."""
        return self.client.delete(path, headers=self._login(role, headers))

    def payload(self, name: str, number: int = 0) -> dict[str, Any]:
        """What a client sends to create an example row, the rows it points to made before."""
        resolved: dict[str, Any] = self.resolve(_examples(name).ROWS[number])
        return resolved

    def required(self, name: str, number: int = 0) -> dict[str, Any]:
        """The payload without everything that can be left out."""
        needed = _examples(name).REQUIRED
        return {key: value for key, value in self.payload(name, number).items() if key in needed}

    def fixed(self, name: str, number: int = 0) -> dict[str, Any]:
        """The part of the payload that cannot be changed later."""
        kept = _examples(name).FIXED
        return {key: value for key, value in self.payload(name, number).items() if key in kept}

    def row(self, name: str, number: int = 0) -> dict[str, Any]:
        """An example row as the API shows it, made when it is asked for first."""
        if (name, number) not in self._rows:
            answer = self.post(self.path(name), self.payload(name, number))
            assert answer.status_code == 201, answer.text
            self._rows[name, number] = answer.json()
        return self._rows[name, number]

    def id(self, name: str, number: int = 0) -> Any:
        """The id of an example row, or of an account (`user`)."""
        if name == "user":
            return list(self._accounts.values())[number].id
        return self.row(name, number)["id"]

    def account(self, role: str) -> str:
        """The id of the account that has this role."""
        return self._accounts[role].id

    def display(self, name: str, number: int, field: str | None) -> str:
        """How other rows show an example row: by this field, or by its id."""
        if name == "user":
            account = list(self._accounts.values())[number]
            return account.email if field == "email" else account.name
        row = self.row(name, number)
        return str(row["id"] if field is None else row[field])

    def path(self, name: str) -> str:
        """The address of an entity's collection."""
        return str(_examples(name).PATH)

    def address(self, name: str, number: int = 0) -> str:
        """The address of an example row."""
        return self.item(name, self.id(name, number))

    def item(self, name: str, key: Any) -> str:
        """The address of the row with this id."""
        return f"{self.path(name)}/{quote(str(key), safe='~')}"

    def resolve(self, value: Any) -> Any:
        """The value with ids in place of its links and uploads."""
        if isinstance(value, Link):
            return self.id(value.name, value.number)
        if isinstance(value, Upload):
            return self.file(value.name)
        if isinstance(value, dict):
            return {key: self.resolve(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.resolve(entry) for entry in value]
        return value

    def file(self, name: str) -> str:
        """The id of an uploaded file of that name: a picture, or a line of text."""
        if name not in self._files:
            is_picture = name.endswith(".png")
            content = PIXEL if is_picture else b"Plain text.\n"
            kind = "image/png" if is_picture else "text/plain"
            self._files[name] = self.upload(name, content, kind).json()["id"]
        return self._files[name]

    def upload(self, name: str, content: bytes, kind: str) -> Response:
        """The answer to an upload, which is accepted."""
        file = {"file": (name, content, kind)}
        answer = self.client.post("/api/v1/files", files=file, headers=self._login("admin"))
        assert answer.status_code == 201, answer.text
        return answer

    def numbers(self, name: str, answer: Response) -> list[int]:
        """The numbers of the example rows in a list, in its order."""
        assert answer.status_code == 200, answer.text
        known = {str(row["id"]): number for (of, number), row in self._rows.items() if of == name}
        return [known[str(item["id"])] for item in answer.json()["items"]]

    def _login(self, role: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        named = {key.replace("_", "-"): value for key, value in (headers or {}).items()}
        if role != "public":
            named["Authorization"] = f"Bearer {self._accounts[role].token}"
        return named


def _examples(name: str) -> Any:
    return importlib.import_module(f"tests.examples.{name}")
