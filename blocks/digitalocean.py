"""A team at DigitalOcean, reached with a personal access token."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from blocks.connection import Connection, Credentials, Door, refused, secrets
from stackwright.errors import ProjectError

API = "https://api.digitalocean.com"
WHAT = "DigitalOcean"
LISTS = {  # what is listed to find out whether it may be read → its scope
    "/v2/apps": "app:read",
    "/v2/databases": "database:read",
    "/v2/domains": "domain:read",
    "/v2/projects": "project:read",
    "/v2/vpcs": "vpc:read",
}


class DigitalOceanTeam(Credentials):
    """As whom. The team is the one that the token was made in."""

    token: Annotated[
        SecretStr, Field(description="A personal access token, dop_v1_…", min_length=1)
    ]
    spaces_id: Annotated[
        str, Field(description="Identifier of the access key for Spaces; empty: none.")
    ] = ""
    spaces_key: Annotated[SecretStr | None, Field(description="The access key for Spaces.")] = None
    endpoint: Annotated[
        str, Field(description="Address of what speaks like it; empty: DigitalOcean itself.")
    ] = ""

    def environment(self) -> Mapping[str, SecretStr]:
        """What the `digitalocean` provider of Terraform reads."""
        key = self.spaces_key.get_secret_value() if self.spaces_key else ""
        return secrets(
            {
                "DIGITALOCEAN_TOKEN": self.token.get_secret_value(),
                "SPACES_ACCESS_KEY_ID": self.spaces_id,
                "SPACES_SECRET_ACCESS_KEY": key,
                "DIGITALOCEAN_API_URL": self.endpoint,
            }
        )

    def ask(self) -> Connection:
        """Whose account it is, and what the token may not read.

        Raises:
            ProjectError: It is wrong, expired or locked (HTTP 401), or nobody answers (HTTP 502).
        """
        token = self.token.get_secret_value()
        door = Door(
            WHAT,
            self.endpoint or API,
            hidden=(token,),
            headers={"Authorization": f"Bearer {token}"},
        )
        answer = door.ask("GET", "/v2/account")
        if answer.status_code == 401 and "expired" not in door.said(answer).lower():
            raise refused(
                WHAT,
                door.said(answer),
                "It says no more of a token that is wrong, expired or revoked: make a new one.",
            )
        missing = [] if answer.status_code != 403 else ["account:read"]
        account = {} if missing else door.found(answer).get("account", {})
        if account.get("status") == "locked":
            raise ProjectError(
                "The account at DigitalOcean is locked.",
                hint="Its owner finds the reason in the control panel.",
                http_status=401,
            )
        missing += [
            scope
            for path, scope in LISTS.items()
            if door.ask("GET", path, params={"per_page": 1}).status_code == 403
        ]
        team = (account.get("team") or {}).get("name", "")
        return Connection(
            who=str(account.get("email") or "the owner of the token"),
            where=f"team {team}" if team else "its team",
            missing=tuple(missing),
            unknown="DigitalOcean does not say what a token may write.",
        )
