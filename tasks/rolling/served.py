"""A service at a provider: where it is, and as whom we reach it."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field, JsonValue, SecretStr

from stackwright.deployment.events import Event
from stackwright.deployment.options.place import Target
from stackwright.errors import ProjectError
from stackwright.value import Value

Tell = Callable[[Event], None]
SIGNED_WITH = "SECRET_KEY"  # what the generated back end signs with; it does not start without it
PLAIN = ("_REGION", "_URL", "_PROJECT", "_ID")  # endings of variables that are no secrets


class Service(Value):
    """What serves a product, and the way to it."""

    target: Target
    outputs: Annotated[
        Mapping[str, JsonValue], Field(description="What Terraform put out of its stack.")
    ]
    secrets: Annotated[
        Mapping[str, SecretStr],
        Field(description="Environment of the credentials, as Terraform gets it."),
    ]
    values: Annotated[
        Mapping[str, SecretStr],
        Field(
            description="Secrets of the product by variable, for a provider that has no store for them."
        ),
    ] = {}
    endpoint: Annotated[
        str, Field(description="Of the provider's API; empty: the provider's own.")
    ] = ""

    def secret(self, name: str) -> str:
        """What the credentials say of a variable; empty: nothing."""
        found = self.secrets.get(name)
        return found.get_secret_value() if found else ""

    def credential(self, name: str) -> str:
        """The same of a variable that is needed.

        Raises:
            ProjectError: The credentials do not have it (HTTP 422).
        """
        found = self.secret(name)
        if not found:
            raise ProjectError.bad_input(
                f"The credentials for {self.target} give no {name}.",
                hint="Save them again with all fields.",
            )
        return found

    def hidden(self) -> tuple[str, ...]:
        """What must not be repeated, whatever a provider or a program says."""
        ours = [one for name, one in self.secrets.items() if not name.endswith(PLAIN)]
        values = [one.get_secret_value() for one in (*ours, *self.values.values())]
        inner = [part for one in values for part in _inside(one)]
        return tuple(sorted({one for one in (*values, *inner) if one}, key=len, reverse=True))

    def text(self, name: str, *path: str) -> str:
        """An output, or an entry inside of it.

        Raises:
            ProjectError: The stack did not put it out (HTTP 409).
        """
        found = self.find(name, *path)
        if not isinstance(found, str) or not found:
            raise ProjectError(
                f"The stack at {self.target} does not say {'.'.join((name, *path))}.",
                hint="Apply it once with the templates of this version.",
                http_status=409,
            )
        return found

    def find(self, name: str, *path: str) -> JsonValue:
        """The same; None: it is not there."""
        found = self.outputs.get(name)
        for one in path:
            found = found.get(one) if isinstance(found, dict) else None
        return found


def _inside(value: str) -> list[str]:
    """The private key in a key file, as it is written there and as it is read."""
    try:
        found: Any = json.loads(value)
    except ValueError:
        return []
    key = found.get("private_key") if isinstance(found, dict) else None
    return [str(key), json.dumps(key)[1:-1]] if key else []
