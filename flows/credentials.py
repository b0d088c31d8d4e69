"""Saved credentials as blocks of Prefect: forms for people, encrypted rows for the server.

A block holds the fields of one of our credentials and nothing else. What they mean is in `blocks`, which knows no
Prefect: the local road has credentials, too.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from prefect.blocks.core import Block
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.exceptions import ObjectNotFound
from pydantic import ConfigDict, create_model

from blocks.connection import Credentials
from blocks.kinds import KINDS, Kind, opened
from stackwright.errors import ProjectError

MADE = "stackwright_forms"  # the variable that says which forms a server has


class _Saved(Block):
    """The base of our blocks: no unknown field, and no word of what was typed into a wrong one."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    def opened(self) -> Credentials:
        """The credentials themselves.

        Raises:
            ProjectError: A field is wrong (HTTP 422).
        """
        slug = type(self).get_block_type_slug()
        return opened(slug, {name: getattr(self, name) for name in type(self).model_fields})


def _block(kind: Kind) -> type[_Saved]:
    fields: Any = {
        name: (field.rebuild_annotation(), field) for name, field in kind.holds.model_fields.items()
    }
    made = create_model("".join(kind.title.split()), __base__=_Saved, __module__=__name__, **fields)
    made.__doc__ = kind.description
    made._block_type_name = kind.title  # noqa: SLF001 - how Prefect is told
    made._block_type_slug = kind.slug  # noqa: SLF001 - the same
    made._description = kind.description  # noqa: SLF001 - the same
    return made


BLOCKS: Mapping[str, type[_Saved]] = {slug: _block(kind) for slug, kind in KINDS.items()}


async def register_kinds(client: PrefectClient) -> bool:
    """Make a form of each kind on the server; False: it has them all, which takes two questions.

    A variable says which forms were made last: asking Prefect for each of them takes a second at every start.
    """
    now = _digest()
    there, noted = await asyncio.gather(
        client.read_block_types(), client.read_variable_by_name(MADE)
    )
    if noted is not None and noted.value == now and BLOCKS.keys() <= {one.slug for one in there}:
        return False
    for block in BLOCKS.values():  # in turn: SQLite makes writers wait for seconds
        await block.aregister_type_and_schema(client=client)
    if noted is None:
        await client.create_variable(VariableCreate(name=MADE, value=now))
    else:
        await client.update_variable(VariableUpdate(name=MADE, value=now))
    return True


def _digest() -> str:
    """Another one as soon as a form has changed."""
    forms = [
        (slug, one.get_description(), one._calculate_schema_checksum())  # noqa: SLF001 - no public word
        for slug, one in BLOCKS.items()
    ]
    return hashlib.sha256(repr(forms).encode()).hexdigest()


async def saved(client: PrefectClient) -> list[tuple[str, str]]:
    """Kind and name of all saved credentials, by name."""
    found: list[tuple[str, str]] = []
    for slug in KINDS:
        found += [(slug, name) for name in await _names(client, slug)]
    return sorted(found, key=lambda one: (one[1], one[0]))


async def _names(client: PrefectClient, slug: str) -> list[str]:
    try:
        documents = await client.read_block_documents_by_type(slug, include_secrets=False)
    except ObjectNotFound:
        return []
    return [one.name for one in documents if one.name]


async def find(client: PrefectClient, name: str, target: str = "") -> tuple[str, Credentials]:
    """The credentials saved under a name, and their kind.

    Args:
        client: Of the server that has them.
        name: As `Deployment.cloud.credentials` says it; `kind/name` where several kinds have the name.
        target: Of the deployment; empty: any kind.

    Raises:
        ProjectError: There are none (HTTP 404), or several (HTTP 409), or a field is wrong (HTTP 422).
    """
    wanted, _, name = name.rpartition("/")
    wanted = wanted or (f"stackwright-{target}" if target else "")
    there = await saved(client)
    fitting = [slug for slug, one in there if one == name and wanted in {"", slug}]
    if not fitting:
        raise ProjectError(
            f"No credentials are saved as {wanted + '/' if wanted else ''}{name}.",
            hint=f"Saved are: {', '.join(f'{slug}/{one}' for slug, one in there) or 'none'}.",
            http_status=404,
        )
    if len(fitting) > 1:
        raise ProjectError(
            f"Several credentials are saved as {name}.",
            hint=f"Say which: {', '.join(f'{slug}/{name}' for slug in fitting)}.",
            http_status=409,
        )
    document = await client.read_block_document_by_name(name, fitting[0], include_secrets=True)
    return fitting[0], opened(fitting[0], document.data)
