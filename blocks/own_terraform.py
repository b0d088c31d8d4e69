"""A user's own terraform or tofu, and the token of the registry that it gets modules and states from."""

import json
import re
import subprocess
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from blocks.connection import Connection, Credentials, secrets
from stackwright.errors import ProjectError

OLDEST = (1, 6)  # what the stacks demand
WAIT_S = 20.0


class OwnTerraform(Credentials):
    """Which program, and as whom it asks its registry."""

    program: Annotated[
        str,
        Field(
            description="The path of terraform or tofu on the machine of the worker.",
            pattern=r"^/[^\x00\n]+$",
        ),
    ]
    host: Annotated[
        str,
        Field(
            description="The host that the token is for, such as app.terraform.io; empty: none.",
            pattern=r"^([a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+)?$",
        ),
    ] = ""
    token: Annotated[SecretStr | None, Field(description="The token for that host.")] = None

    def environment(self) -> Mapping[str, SecretStr]:
        """What terraform and tofu read: `TF_TOKEN_` and the host, dots and hyphens as they want them."""
        token = self.token.get_secret_value() if self.token and self.host else ""
        name = self.host.replace("-", "__").replace(".", "_")
        return secrets({f"TF_TOKEN_{name}": token})

    def ask(self) -> Connection:
        """Which version the program is; a token is not tried, as only its host's own paths would tell.

        Raises:
            ProjectError: It cannot be run, or is too old for our stacks (HTTP 502).
        """
        try:
            done = subprocess.run(
                [self.program, "version", "-json"],
                env={"CHECKPOINT_DISABLE": "1", "PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=False,
                timeout=WAIT_S,
            )
            version = str(json.loads(done.stdout)["terraform_version"])
        except OSError as error:
            raise self._failed(f"cannot be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise self._failed(f"does not answer within {WAIT_S:.0f} seconds") from None
        except (ValueError, KeyError, TypeError):
            raise self._failed("does not say which version it is") from None
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
            raise self._failed(f"is version {version}, and our stacks take 1.6 or later")
        return Connection(
            who=f"version {version}",
            where=self.program,
            unknown=f"The token for {self.host} was not tried." if self.token and self.host else "",
        )

    def _failed(self, why: str) -> ProjectError:
        return ProjectError(
            f"{self.program} {why}.",
            hint="Name a terraform or tofu on the machine of the worker, or none: one is built in.",
            http_status=502,
        )
