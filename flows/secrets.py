"""Secrets by reference: read from the orchestrator's saved secrets when a release is made ready."""

import json
from collections.abc import Mapping
from typing import Any

from prefect.blocks.system import Secret

from stackwright.deployment.options.place import SecretReference
from stackwright.errors import ProjectError


async def values_of(references: Mapping[str, SecretReference]) -> dict[str, str]:
    """The values that these references lead to, by the names that the product knows.

    Raises:
        ProjectError: A secret is not saved, or has no such entry.
    """
    return {name: await _value(name, one) for name, one in references.items()}


async def _value(name: str, reference: SecretReference) -> str:
    try:
        block: Secret[Any] = await Secret.aload(reference.store)
    except ValueError as error:
        raise ProjectError.bad_input(
            f"{name} lies in a secret called {reference.store}, and none of that name is saved.",
            hint="Save it in Prefect: Blocks, Secret. Its name has small letters, digits and dashes.",
        ) from error
    value = block.get()
    if not reference.key:
        return str(value)
    try:
        entries = value if isinstance(value, dict) else json.loads(str(value))
        return str(entries[reference.key])
    except (ValueError, KeyError, TypeError) as error:
        raise ProjectError.bad_input(
            f"The secret {reference.store} has no entry {reference.key}.",
            hint="Save it as a JSON object with that entry, or leave the key out.",
        ) from error.with_traceback(None)
