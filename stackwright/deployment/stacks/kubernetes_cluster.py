"""What differs between two Kubernetes clusters, whatever is deployed there."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.deployment.options.address import Network
from stackwright.value import Value

OBJECT = r"^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$"
Name = Annotated[str, Field(pattern=rf"{OBJECT}|^$")]
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class Entry(StrEnum):
    """By which API visitors come in."""

    GATEWAY = "gateway"
    INGRESS = "ingress"


class Place(StrEnum):
    """Where the database runs."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Cluster(Value):
    """How this cluster is set up. The defaults fit one with the Gateway API, cert-manager and Prometheus."""

    entry: Annotated[Entry, Field(description="The API by which visitors come in.")] = Entry.GATEWAY
    entry_class: Annotated[
        Name, Field(description="The name of the gateway class or ingress class.")
    ] = "gateway"
    entry_namespace: Annotated[
        Name, Field(description="The namespace in which the controller of the entry runs.")
    ] = "gateway-system"
    issuer: Annotated[
        Name, Field(description="The cluster issuer of cert-manager that makes certificates.")
    ] = "letsencrypt"
    secret_store: Annotated[
        Name,
        Field(
            description="The cluster secret store of External Secrets; empty: Secrets are there."
        ),
    ] = ""
    storage_class: Annotated[
        Name, Field(description="The storage class of disks; empty: the cluster's own choice.")
    ] = ""
    database: Annotated[
        Place | None,
        Field(description="Where the database runs; null: inside for staging, else outside."),
    ] = None
    database_networks: Annotated[
        tuple[Network, ...],
        Field(description="Networks in which an outside database is reached.", min_length=1),
    ] = PRIVATE
    prometheus: Annotated[
        bool, Field(description="Whether the Prometheus operator watches the cluster.")
    ] = True
    prometheus_namespace: Annotated[
        Name, Field(description="The namespace in which Prometheus runs.")
    ] = "monitoring"
    traces_to: Annotated[
        str,
        Field(
            description="The address of the collector of traces; empty: there is none.",
            max_length=400,
            pattern=r"^(?:https?://\S+)?$",
        ),
    ] = ""

    def keeps_database(self, *, production: bool) -> bool:
        """Whether the database runs in the cluster."""
        place = self.database or (Place.OUTSIDE if production else Place.INSIDE)
        return place is Place.INSIDE
