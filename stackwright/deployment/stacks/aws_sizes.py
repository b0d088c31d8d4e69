"""How large things are at AWS, and which zones a region has."""

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.capacity import Size
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.place import SecretReference

SERVERS = {
    Size.SMALL: (512, 1024),
    Size.MEDIUM: (1024, 2048),
    Size.LARGE: (2048, 4096),
    Size.XLARGE: (4096, 8192),
}  # units of a processor (1024 are one) and MiB, in pairs that Fargate offers
DATABASES = {
    Size.SMALL: "db.t4g.micro",
    Size.MEDIUM: "db.t4g.small",
    Size.LARGE: "db.t4g.medium",
    Size.XLARGE: "db.t4g.large",
}  # 1, 2, 4 and 8 GiB
DOCUMENTS = {
    Size.SMALL: "db.t4g.medium",
    Size.MEDIUM: "db.t4g.medium",
    Size.LARGE: "db.r6g.large",
    Size.XLARGE: "db.r6g.xlarge",
}  # DocumentDB begins with 4 GiB
CACHES = {
    Size.SMALL: "cache.t4g.micro",
    Size.MEDIUM: "cache.t4g.small",
    Size.LARGE: "cache.t4g.medium",
    Size.XLARGE: "cache.m6g.large",
}
CONNECTIONS = {Size.SMALL: 100, Size.MEDIUM: 200, Size.LARGE: 400, Size.XLARGE: 800}
DOCUMENT_CONNECTIONS = {
    Size.SMALL: 1000,
    Size.MEDIUM: 1000,
    Size.LARGE: 3400,
    Size.XLARGE: 6800,
}  # source: Amazon DocumentDB developer guide, “Quotas and limits”
LETTERS = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}  # elsewhere: abc
LEAST_STORAGE_GB = 20  # of a gp3 volume of RDS
CDN_REGION = "us-east-1"


def connections_limit(deployment: Deployment) -> int:
    """How many connections the chosen database server gives, about."""
    documents = deployment.database.engine is Engine.MONGODB
    return (DOCUMENT_CONNECTIONS if documents else CONNECTIONS)[deployment.database.size]


def zones(region: str, wanted: int) -> tuple[str, ...]:
    """Names of zones of the region: two at least, as load balancers and databases demand two."""
    letters = LETTERS.get(region, "abc")
    return tuple(f"{region}{letter}" for letter in letters[: max(2, wanted)])


def zone_of(domain: str) -> str:
    """The zone that a domain most likely lies in: itself when it has two parts, else what is above it."""
    parts = domain.split(".")
    return domain if len(parts) <= 2 else ".".join(parts[1:])


def secret_arn(reference: SecretReference, deployment: Deployment) -> str:
    """The ARN of a secret that is named by its ARN or by its name; `${…}` is filled in by CloudFormation."""
    if reference.store.startswith("arn:"):
        return reference.store
    region = deployment.cloud.region
    return f"arn:aws:secretsmanager:{region}:${{AWS::AccountId}}:secret:{reference.store}"
