"""The values a rehearsed cloud gives to what it makes: plausible, of the right type, and the same every time."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

ACCOUNT = "123456789012"  # the account of Amazon's own examples
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_LIST = re.compile(r"(list|set)\((.*)\)$")
# The first name that fits tells what a text looks like.
_SHAPES = tuple(
    (re.compile(pattern), shape)
    for pattern, shape in (
        (r"^((owner_)?account_id|owner(_id)?|registry_id|caller_id)$", "{account}"),
        (r"(^|_)arn$", "arn:aws:rehearsal:::{short}/{mark}"),
        # RFC 5737: addresses for documentation
        (r"^(ip|(public|private)_ip)$|(^|_)(ip|ipv4)_address$", "192.0.2.{number}"),
        (r"^name_servers$", "ns-{mark}.rehearsal.example."),
        (
            r"(^|_)(fqdn|host|hostname|dns_name|domain_name|default_domain|endpoint|address)$",
            "{mark}.{short}.rehearsal.example",
        ),
        (r"(^|_)(url|uri|urls|link)$", "https://{mark}.{short}.rehearsal.example"),
        (r"(_at|_on|_time|_date|timestamp|^not_(after|before))$", "2026-01-01T00:00:00Z"),
        (r"^id$", "{short}-{mark}"),
        (r"^(status|state)$", "ACTIVE"),
        (r"^policy$|json$", "{{}}"),
    )
)


def answer(kind: str, name: str, type_: str, seed: str) -> Any:
    """The value of an attribute that only the provider writes.

    Args:
        kind: The resource, such as aws_vpc.
        name: The attribute.
        type_: As Terraform writes it.
        seed: What it depends on: which resource, and where in it.
    """
    if held := _LIST.match(type_):
        count = 4 if name == "name_servers" else 1
        return [answer(kind, name, held.group(2), f"{seed}/{i}") for i in range(count)]
    if type_.startswith("map("):
        return {}
    if type_ == "number":
        return 443 if name.endswith("port") else 1
    if type_ == "bool":
        return False
    return _text(kind, name, _mark(seed))


def facts(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is more than a plausible value, as others are made from it."""
    make = _FACTS.get(kind)
    return make(values) if make else {}


def _text(kind: str, name: str, mark: str) -> str:
    provider = kind.partition("_")[0]
    short = kind.removeprefix(f"{provider}_").replace("_", "-")
    if provider == "azurerm" and (name == "id" or name.endswith("_id")):
        return _azure_id(name, short, mark)
    found = next((shape for pattern, shape in _SHAPES if pattern.search(name)), "{name}-{mark}")
    return found.format(
        account=ACCOUNT,
        mark=mark,
        name=name.replace("_", "-"),
        number=int(mark[:6], 16) % 254 + 1,
        short=short,
    )


def _azure_id(name: str, short: str, mark: str) -> str:
    if name in ("principal_id", "tenant_id", "client_id", "object_id", "application_id"):
        return f"00000000-0000-0000-0000-{mark[:12]:0>12}"
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rehearsal"
    return group if short == "resource-group" else f"{group}/providers/Rehearsal/{short}/{mark}"


def _mark(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:12]


def _region(values: Mapping[str, Any]) -> str:
    return str(values.get("_region") or "eu-central-1")


def _zones(values: Mapping[str, Any]) -> dict[str, Any]:
    region = _region(values)
    return {
        "names": [f"{region}{letter}" for letter in "abc"],
        "zone_ids": [f"{region}-az{number}" for number in (1, 2, 3)],
        "group_names": [region],
    }


def _policy(values: Mapping[str, Any]) -> dict[str, Any]:
    """The document itself, as `jsondecode` and readers of plans look into it."""
    statements = [_statement(one) for one in values.get("statement") or ()]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
    return {"json": document, "minified_json": document}


def _statement(one: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": one.get("effect") or "Allow"}
    names = {
        "sid": "Sid", "actions": "Action", "not_actions": "NotAction",
        "resources": "Resource", "not_resources": "NotResource",
    }  # fmt: skip
    found |= {theirs: one[ours] for ours, theirs in names.items() if one.get(ours)}
    for ours, theirs in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if given := one.get(ours):
            found[theirs] = {who["type"]: who["identifiers"] for who in given}
    if given := one.get("condition"):
        found["Condition"] = {c["test"]: {c["variable"]: c["values"]} for c in given}
    return found


_FACTS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "aws_availability_zones": _zones,
    "aws_caller_identity": lambda _: {
        "account_id": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/rehearsal",
        "id": ACCOUNT,
    },
    "aws_iam_policy_document": _policy,
    "aws_partition": lambda _: {
        "id": "aws",
        "partition": "aws",
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    },
    "aws_region": lambda values: {
        "id": _region(values),
        "name": _region(values),
        "region": _region(values),
    },
    "azurerm_client_config": lambda _: {
        "subscription_id": SUBSCRIPTION,
        "tenant_id": SUBSCRIPTION,
        "client_id": SUBSCRIPTION,
        "object_id": SUBSCRIPTION,
    },
    "google_project": lambda values: {
        "number": ACCOUNT,
        "project_id": values.get("project_id") or "rehearsal-project",
    },
}
