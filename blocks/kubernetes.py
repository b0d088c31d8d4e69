"""A cluster of Kubernetes, reached as a context of a kubeconfig says."""

import base64
import binascii
import json
import ssl
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, SecretStr, field_validator

from blocks.connection import Connection, Credentials, Door, expired, refused, secrets
from stackwright.errors import ProjectError

WHAT = "Kubernetes"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
WHOAMI = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
RIGHTS = (  # group, resource: of each, whether it may be created
    ("", "namespaces"),
    ("", "secrets"),
    ("", "services"),
    ("apps", "deployments"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("batch", "jobs"),
    ("networking.k8s.io", "ingresses"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
)


class KubernetesCluster(Credentials):
    """Where, and as whom."""

    kubeconfig: Annotated[
        SecretStr,
        Field(description="The kubeconfig as text, with certificates and tokens in it."),
    ]
    context: Annotated[str, Field(description="One of its contexts; empty: the current one.")] = ""
    namespace: Annotated[
        str, Field(description="Where rights are asked about; empty: all namespaces.")
    ] = ""

    @field_validator("kubeconfig")
    @classmethod
    def _is_kubeconfig(cls, kubeconfig: SecretStr) -> SecretStr:
        try:
            found = yaml.safe_load(kubeconfig.get_secret_value())
        except yaml.YAMLError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("clusters"), list):
            raise ValueError(  # noqa: TRY004 - pydantic makes a finding of this one alone
                "It is no kubeconfig: paste what `kubectl config view --raw` prints."
            )
        return kubeconfig

    def environment(self) -> Mapping[str, SecretStr]:
        """What the `kubernetes` provider of Terraform reads; kubectl wants the kubeconfig as a file.

        Raises:
            ProjectError: There is no such context, or it calls a program to sign in (HTTP 422).
        """
        cluster, user = self._chosen()
        return secrets(
            {
                "KUBE_HOST": str(cluster.get("server", "")),
                "KUBE_CLUSTER_CA_CERT_DATA": _decoded(cluster, "certificate-authority-data"),
                "KUBE_TOKEN": str(user.get("token", "")),
                "KUBE_CLIENT_CERT_DATA": _decoded(user, "client-certificate-data"),
                "KUBE_CLIENT_KEY_DATA": _decoded(user, "client-key-data"),
                "KUBE_INSECURE": "true" if cluster.get("insecure-skip-tls-verify") else "",
            }
        )

    def ask(self) -> Connection:
        """Which version answers, as whom it knows us, and what we may not create.

        Raises:
            ProjectError: They are wrong or expired (HTTP 401), or nobody answers (HTTP 502).
        """
        cluster, user = self._chosen()
        door = self._door(cluster, user)
        answer = door.ask("GET", "/version")
        if answer.status_code == 401:
            raise self._turned_away(user, door.said(answer))
        version = str(door.found(answer).get("gitVersion", "of an unknown version"))
        missing = []
        for group, resource in RIGHTS:
            wanted = {"verb": "create", "group": group, "resource": resource}
            spec = {"resourceAttributes": wanted | {"namespace": self.namespace}}
            told = door.ask("POST", REVIEWS, json=_object("authorization", "Access", spec))
            if told.status_code == 401:
                raise self._turned_away(user, door.said(told))
            if not door.found(told).get("status", {}).get("allowed"):
                missing.append(f"create {resource}{'.' * bool(group)}{group}")
        where = f"Kubernetes {version} at {door.address}"
        return Connection(who=_who(door), where=where, missing=tuple(missing))

    def _chosen(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The cluster and the user of the context."""
        config = yaml.safe_load(self.kubeconfig.get_secret_value())
        name = self.context or str(config.get("current-context") or "")
        context = _named(config, "contexts", "context", name)
        cluster = _named(config, "clusters", "cluster", str(context.get("cluster", "")))
        user = _named(config, "users", "user", str(context.get("user", "")))
        files = [
            key
            for part in (cluster, user)
            for key in ("certificate-authority", "client-certificate", "client-key", "tokenFile")
            if key in part
        ]
        if files:
            raise ProjectError.bad_input(
                f"The kubeconfig names files of another machine: {', '.join(files)}.",
                hint="Make it whole: kubectl config view --raw --flatten --minify",
            )
        if "exec" in user or "auth-provider" in user:
            raise ProjectError.bad_input(
                f"The context {name} calls a program to sign in, which is not run here.",
                hint="Make a service account with a token for Stackwright, and use its kubeconfig.",
            )
        return cluster, user

    def _door(self, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> Door:
        token = str(user.get("token", ""))
        return Door(
            WHAT,
            str(cluster.get("server", "")),
            hidden=(token, _decoded(user, "client-key-data")),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            verify=_trust(cluster, user),
        )

    def _turned_away(self, user: Mapping[str, Any], said: str) -> ProjectError:
        """Wrong or expired: a cluster says “Unauthorized” to both, so what we hold is looked at."""
        hint = "Make a new token or certificate in the cluster, and save its kubeconfig here."
        ended = _ends(user)
        if ended is not None and ended < time.time():
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(ended))
            return expired(WHAT, f"since {when}", hint)
        return refused(WHAT, said, hint)


def _named(config: Mapping[str, Any], many: str, one: str, name: str) -> dict[str, Any]:
    for entry in config.get(many) or ():
        if entry.get("name") == name and isinstance(entry.get(one), dict):
            return dict(entry[one])
    raise ProjectError.bad_input(
        f"The kubeconfig has no {one} “{name}”.",
        hint=f"It has: {', '.join(str(entry.get('name')) for entry in config.get(many) or ()) or 'none'}.",
    )


def _decoded(part: Mapping[str, Any], key: str) -> str:
    try:
        return base64.b64decode("".join(str(part.get(key, "")).split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ProjectError.bad_input(
            f"{key} in the kubeconfig cannot be read.",
            hint="Copy the kubeconfig again, whole and unchanged.",
        ) from None


def _trust(cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    """Whom we trust, and the certificate that we show; OpenSSL reads that from files alone."""
    authority = _decoded(cluster, "certificate-authority-data")
    certificate, key = _decoded(user, "client-certificate-data"), _decoded(user, "client-key-data")
    try:
        context = ssl.create_default_context(cadata=authority or None)
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate and key:
            with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # 0600, gone at once
                file.write(f"{certificate}\n{key}\n")
                file.flush()
                context.load_cert_chain(Path(file.name))
    except ssl.SSLError:
        raise refused(
            WHAT,
            "a certificate or key in the kubeconfig cannot be read",
            "Copy the kubeconfig again, whole and unchanged.",
        ) from None
    return context


def _ends(user: Mapping[str, Any]) -> float | None:
    """Until when a token or certificate is good, in seconds since 1970; None: it does not say."""
    parts = str(user.get("token", "")).split(".")
    if len(parts) == 3:
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
            return float(claims["exp"])
        except (ValueError, KeyError, TypeError):
            return None
    if certificate := _decoded(user, "client-certificate-data"):
        from cryptography.x509 import load_pem_x509_certificate

        return load_pem_x509_certificate(certificate.encode()).not_valid_after_utc.timestamp()
    return None


def _who(door: Door) -> str:
    """The name under which the cluster knows us; clusters before 1.28 do not say."""
    answer = door.ask("POST", WHOAMI, json=_object("authentication", "", None))
    if answer.status_code != 201:
        return "somebody it does not name"
    return str(door.found(answer).get("status", {}).get("userInfo", {}).get("username", ""))


def _object(group: str, middle: str, spec: Mapping[str, Any] | None) -> dict[str, Any]:
    head = {"apiVersion": f"{group}.k8s.io/v1", "kind": f"SelfSubject{middle}Review"}
    return head | ({"spec": dict(spec)} if spec else {})
