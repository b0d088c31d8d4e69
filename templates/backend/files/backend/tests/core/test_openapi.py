"""The description of the API is whole: every reference leads somewhere, every operation is told apart."""

import json
import re

import pytest
from fastapi.testclient import TestClient

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    """The OpenAPI document."""
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    document: dict[str, dict[str, dict[str, dict[str, object]]]] = answer.json()
    return document


def test_every_reference_leads_to_a_schema(schema: dict[str, dict[str, object]]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)))
    assert names
    assert names <= schema["components"]["schemas"].keys()  # type: ignore[attr-defined]


def test_every_operation_has_its_own_name_a_summary_and_answers(
    schema: dict[str, dict[str, dict[str, dict[str, object]]]],
) -> None:
    operations = [
        operation
        for path in schema["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] and operation["responses"] for operation in operations)


def test_parameters_of_an_operation_are_named_once(
    schema: dict[str, dict[str, dict[str, dict[str, list[dict[str, str]]]]]],
) -> None:
    for path in schema["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                named = [(one["in"], one["name"]) for one in operation.get("parameters", [])]
                assert len(set(named)) == len(named)


def test_the_documentation_can_be_read(client: TestClient) -> None:
    assert client.get("/docs").status_code == 200
