"""What the rehearsal provider answers Terraform, call by call."""

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

from stackwright.deployment.rehearsal.schema import Block, ProviderSchema
from stackwright.deployment.rehearsal.values import (
    Values,
    applied,
    changed_names,
    conform,
    is_known,
    planned,
    read,
)
from stackwright.deployment.rehearsal.wishes import Act, recognise
from stackwright.deployment.risk import replacing_paths
from tasks.rehearsal.cloud import Cloud
from tasks.rehearsal.messages import MESSAGES
from tasks.rehearsal.wire import decoded, encoded, schema_message

_ERROR = 1


class _FailedError(Exception):
    """A change that does not happen; the message is shown to the user."""


class RehearsalProvider:
    """Stands for a cloud's provider: the same names and types, and a cloud that is a file."""

    def __init__(self, schema: ProviderSchema, cloud: Cloud) -> None:
        self._schema, self._cloud = schema, cloud
        self._config: Values = {}
        self._stopped = threading.Event()
        self._taken: set[str] = set()
        self._naming = threading.Lock()

    def calls(self) -> dict[str, Callable[[Any], Any]]:
        """Call → what answers it."""
        return {
            "GetProviderSchema": self._tell_schema,
            "ValidateProviderConfig": lambda _: MESSAGES["ValidateProviderAnswer"](),
            "ValidateResourceConfig": lambda _: MESSAGES["ValidateAnswer"](),
            "ValidateDataResourceConfig": lambda _: MESSAGES["ValidateAnswer"](),
            "UpgradeResourceState": self._upgrade,
            "ConfigureProvider": self._configure,
            "ReadResource": self._read,
            "PlanResourceChange": self._plan,
            "ApplyResourceChange": self._apply,
            "ReadDataSource": self._read_data,
            "StopProvider": self._stop,
        }

    def _tell_schema(self, _: Any) -> Any:
        def named(blocks: Any) -> list[Any]:
            return [
                MESSAGES["NamedSchema"](key=name, value=schema_message(block))
                for name, block in blocks.items()
            ]

        return MESSAGES["SchemaAnswer"](
            provider=schema_message(self._schema.provider),
            resource_schemas=named(self._schema.resources),
            data_source_schemas=named(self._schema.data),
            server_capabilities=MESSAGES["Capabilities"](get_provider_schema_optional=True),
        )

    def _configure(self, request: Any) -> Any:
        self._config = decoded(request.config) or {}
        return MESSAGES["ValidateAnswer"]()

    def _upgrade(self, request: Any) -> Any:
        values = json.loads(request.raw_state.json)
        return MESSAGES["UpgradeAnswer"](
            upgraded_state=encoded(conform(self._block(request), values))
        )

    def _read(self, request: Any) -> Any:
        current, key = decoded(request.current_state), request.private.decode()
        if not key:  # made by somebody else: we know no better
            return MESSAGES["ReadAnswer"](new_state=request.current_state)
        found = self._cloud.get(key)
        seen = None if found is None or current is None else found["values"]
        if seen is not None:
            seen = conform(self._block(request), seen)
        return MESSAGES["ReadAnswer"](new_state=encoded(seen), private=request.private)

    def _plan(self, request: Any) -> Any:
        kind, prior = request.type_name, decoded(request.prior_state)
        wanted = planned(
            kind, self._block(request), decoded(request.proposed_new_state), prior, self._defaults()
        )
        replaced: tuple[str, ...] = ()
        if prior is not None and wanted is not None:
            replaced = replacing_paths(kind, changed_names(prior, wanted))
        return MESSAGES["PlanAnswer"](
            planned_state=encoded(wanted),
            planned_private=request.prior_private,
            requires_replace=[
                MESSAGES["AttributePath"](steps=[MESSAGES["PathStep"](attribute_name=name)])
                for name in replaced
            ],
        )

    def _apply(self, request: Any) -> Any:
        kind, prior = request.type_name, decoded(request.prior_state)
        wanted, private = decoded(request.planned_state), request.planned_private.decode()
        try:
            if wanted is None:
                self._go_through(self._address(private), "delete")
                self._cloud.remove(private)
                return MESSAGES["ApplyAnswer"](new_state=encoded(None))
            key, made = self._change(kind, self._block(request), prior, wanted, private)
        except _FailedError as failure:
            return MESSAGES["ApplyAnswer"](
                new_state=encoded(prior),
                private=request.planned_private,
                diagnostics=[
                    MESSAGES["Diagnostic"](
                        severity=_ERROR,
                        summary="Stopped" if self._stopped.is_set() else "Rehearsed failure",
                        detail=str(failure),
                    )
                ],
            )
        return MESSAGES["ApplyAnswer"](new_state=encoded(made), private=key.encode())

    def _change(
        self, kind: str, block: Block, prior: Values | None, wanted: Values, private: str
    ) -> tuple[str, Values]:
        new = prior is None
        address = self._named(kind, wanted) if new else self._address(private)
        self._go_through(address, "create" if new else "update")
        known = {name: value for name, value in wanted.items() if is_known(value)}
        text = json.dumps([kind, address, known], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:16] if new else private
        made = conform(block, applied(kind, block, wanted, f"{kind}/{key}"))
        self._cloud.put(key, kind, address, made)
        return key, made

    def _go_through(self, address: str, act: Act) -> None:
        """The delay and the failure that were wished for.

        Raises:
            _FailedError: It fails, or Terraform is told to stop while it waits.
        """
        wishes = self._cloud.wishes()
        if self._stopped.wait(wishes.delay_of(address)):
            raise _FailedError("Nothing was done: Terraform was asked to stop.")
        fault = wishes.fault_of(address, act, self._cloud.spent())
        if fault is not None:
            self._cloud.spend(str(wishes.faults.index(fault)))
            raise _FailedError(fault.message)

    def _named(self, kind: str, values: Values) -> str:
        with self._naming:
            expected = self._cloud.wishes().expected
            address = recognise(expected, kind, values, frozenset(self._taken))
            self._taken.add(address)
            return address

    def _address(self, key: str) -> str:
        found = self._cloud.get(key)
        return str(found["address"]) if found else ""

    def _read_data(self, request: Any) -> Any:
        kind, config = request.type_name, decoded(request.config)
        block = self._schema.data[kind]
        given = {**config, "_region": self._config.get("region")}
        seed = f"{kind}/{json.dumps(config, sort_keys=True)}"
        return MESSAGES["ReadDataAnswer"](
            state=encoded(conform(block, read(kind, block, given, seed)))
        )

    def _stop(self, _: Any) -> Any:
        self._stopped.set()
        return MESSAGES["Empty"]()

    def _block(self, request: Any) -> Block:
        return self._schema.resources[request.type_name]

    def _defaults(self) -> dict[str, str]:
        """Tags or labels that the provider was told to add to everything."""
        blocks = self._config.get("default_tags") or []
        tags = (blocks[0].get("tags") if blocks else None) or {}
        labels = self._config.get("default_labels") or {}
        found = {**tags, **labels}
        return found if is_known(found) else {}
