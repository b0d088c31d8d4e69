"""A project at Google Cloud, reached with the key of a service account."""

import json
import time
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from blocks.connection import Connection, Credentials, Door, judged, refused, secrets

TOKENS = "https://oauth2.googleapis.com"
PROJECTS = "https://cloudresourcemanager.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
WHAT = "Google Cloud"
RIGHTS = (  # one that creates, of each service that a deployment uses, and those that roll out
    "artifactregistry.repositories.create",
    "certificatemanager.certs.create",
    "cloudkms.keyRings.create",
    "cloudsql.instances.create",
    "compute.networks.create",
    "datastore.databases.create",
    "dns.managedZones.create",
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.create",
    "logging.buckets.create",
    "monitoring.alertPolicies.create",
    "redis.instances.create",
    "resourcemanager.projects.setIamPolicy",
    "run.jobs.run",
    "run.jobs.update",
    "run.services.create",
    "run.services.update",
    "secretmanager.secrets.create",
    "serviceusage.services.enable",
    "storage.buckets.create",
)


class GoogleProject(Credentials):
    """Where, and as whom."""

    project: Annotated[
        str, Field(description="The id of the project, such as shop-4711.", min_length=1)
    ]
    region: Annotated[str, Field(description="The region, such as europe-west3.", min_length=1)]
    key: Annotated[
        SecretStr,
        Field(description="The key of the service account: the whole JSON file as text."),
    ]
    endpoint: Annotated[
        str, Field(description="Address of what speaks like Google; empty: Google itself.")
    ] = ""

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: SecretStr) -> SecretStr:
        try:
            found = json.loads(key.get_secret_value())
        except ValueError:
            found = None
        if not isinstance(found, dict) or not {"client_email", "private_key"} <= found.keys():
            raise ValueError("It is no key of a service account: paste the whole JSON file.")
        return key

    def environment(self) -> Mapping[str, SecretStr]:
        """What the `google` provider of Terraform reads."""
        return secrets(
            {
                "GOOGLE_CREDENTIALS": self.key.get_secret_value(),
                "GOOGLE_PROJECT": self.project,
                "GOOGLE_REGION": self.region,
            }
        )

    def ask(self) -> Connection:
        """Whether Google takes the key, and what it may not do in the project.

        Raises:
            ProjectError: It is wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        key = json.loads(self.key.get_secret_value())
        token = self.access()
        door = Door(
            WHAT,
            self.endpoint or PROJECTS,
            hidden=(token, str(key["private_key"])),
            headers={"Authorization": f"Bearer {token}"},
        )
        path = f"/v1/projects/{self.project}:testIamPermissions"
        answer = door.ask("POST", path, json={"permissions": list(RIGHTS)})
        who, where = str(key["client_email"]), f"project {self.project} in {self.region}"
        if answer.status_code in {403, 404}:
            missing = ("resourcemanager.projects.get",)
            return Connection(
                who=who,
                where=where,
                missing=missing,
                unknown=f"The project is not there for it: {door.said(answer)}",
            )
        if answer.status_code == 400:
            return Connection(
                who=who, where=where, unknown=f"Its rights are not known: {door.said(answer)}"
            )
        allowed = set(door.found(answer).get("permissions", ()))
        return Connection(
            who=who, where=where, missing=tuple(one for one in RIGHTS if one not in allowed)
        )

    def access(self) -> str:
        """A token of an hour, asked for with a claim that the key has signed.

        Raises:
            ProjectError: The key is wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        key = json.loads(self.key.get_secret_value())
        private = str(key["private_key"])
        door = Door(WHAT, self.endpoint or TOKENS, hidden=(private,))
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": _claim(str(key["client_email"]), private),
        }
        answer = door.ask("POST", "/token", data=form)
        said = door.said(answer)
        if answer.status_code in {400, 401, 403}:
            raise judged(WHAT, said)
        return str(door.found(answer).get("access_token", ""))


def _claim(who: str, private: str) -> str:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    now = int(time.time())
    claims = {
        "iss": who,
        "scope": SCOPE,
        "aud": f"{TOKENS}/token",
        "iat": now,
        "exp": now + 600,
    }
    try:
        return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(private))
    except (JoseError, ValueError, TypeError):
        raise refused(
            WHAT,
            "the private key in it cannot be read",
            "Paste the JSON file of the service account again, whole and unchanged.",
        ) from None
