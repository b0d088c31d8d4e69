"""An account at a host of Git repositories, reached with a token."""

import base64
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from blocks.connection import Connection, Credentials, Door, secrets

HostKind = Literal["github", "gitlab", "gitea"]  # whose API it has; Forgejo has Gitea's
APIS = {
    "github": "https://api.github.com",
    "gitlab": "https://gitlab.com/api/v4",
    "gitea": "https://gitea.com/api/v1",
}
PAGES = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "gitea": "https://gitea.com",
}
USERS = {"github": "x-access-token", "gitlab": "oauth2", "gitea": "token"}
VARIABLES = {
    "github": "GITHUB_TOKEN",
    "gitlab": "GITLAB_TOKEN",
    "gitea": "GITEA_TOKEN",
}
NAMES = {"github": "GitHub", "gitlab": "GitLab", "gitea": "Gitea"}


class GitHost(Credentials):
    """Where, and as whom."""

    kind: Annotated[HostKind, Field(description="Whose API it has.")] = "github"
    address: Annotated[
        str,
        Field(
            description="Where repositories lie, such as https://git.example.org; empty: the kind's own.",
            pattern=r"^(https?://[^/@\s]+/?)?$",
        ),
    ] = ""
    endpoint: Annotated[
        str, Field(description="Address of the API; empty: the usual one of the kind.")
    ] = ""
    token: Annotated[
        SecretStr, Field(description="A token that may read the repositories.", min_length=1)
    ]

    def environment(self) -> Mapping[str, SecretStr]:
        """What git, and providers of Terraform for this host, read; the token is sent to this host alone."""
        token = self.token.get_secret_value()
        pair = base64.b64encode(f"{USERS[self.kind]}:{token}".encode()).decode()
        place = (self.address or PAGES[self.kind]).rstrip("/")
        return secrets(
            {
                VARIABLES[self.kind]: token,
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{place}/.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
                "GIT_TERMINAL_PROMPT": "0",
            }
        )

    def ask(self) -> Connection:
        """Whose token it is, and whether it may read repositories.

        Raises:
            ProjectError: It is wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        token = self.token.get_secret_value()
        door = Door(
            NAMES[self.kind],
            self._api(),
            hidden=(token,),
            headers={"Authorization": f"{'token' if self._is_gitea else 'Bearer'} {token}"},
        )
        answer = door.ask("GET", "/user")
        found = door.found(answer)
        scopes = answer.headers.get("x-oauth-scopes")  # of GitHub's classic tokens alone
        missing: tuple[str, ...] = ()
        if scopes is not None and "repo" not in {one.strip() for one in scopes.split(",")}:
            missing = ("repo",)
        return Connection(
            who=str(found.get("login") or found.get("username") or ""),
            where=f"{NAMES[self.kind]} at {urlsplit(door.address).netloc}",
            missing=missing,
            unknown="" if scopes is not None else "What it may do shows when a repository is read.",
        )

    @property
    def _is_gitea(self) -> bool:
        return self.kind == "gitea"

    def _api(self) -> str:
        if self.endpoint or not self.address:
            return self.endpoint or APIS[self.kind]
        suffix = {"github": "/api/v3", "gitlab": "/api/v4", "gitea": "/api/v1"}
        return self.address.rstrip("/") + suffix[self.kind]
