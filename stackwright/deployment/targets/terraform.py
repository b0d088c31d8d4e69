"""What Terraform would do (`show -json` of a plan), as our own steps. Secrets stay where they are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.risk import (
    HARMLESS_REPLACEMENTS,
    Risk,
    lost_by,
    lost_with,
    replacing_paths,
)
from stackwright.deployment.step import SECRET, UNKNOWN, Action, Fact, Facts, Resource, Step, Undo
from stackwright.errors import ProjectError

ANOTHER_SECRET = "(another secret)"  # noqa: S105 - stands in the place of one
FORMAT = "1"  # a larger first number promises nothing about what we read
_RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)" \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)
_LEFT_ALONE = re.compile(r"^ +ignore_changes += \[([^\]]*)\]", re.MULTILINE)
GROUPS = (
    (
        "Database",
        r"_db_|_rds_|_docdb_|_sql_|postgresql|mysql|cosmosdb|_database_|dynamodb|firestore|mongo_",
    ),
    ("Cache", r"elasticache|redis"),
    ("CDN", r"cloudfront|_cdn(_|$)|frontdoor|backend_bucket"),
    ("Domain and TLS", r"route53|_dns_|_acm_|certificate|ssl_policy|_domain$|_record$"),
    ("Backups", r"_backup_"),
    (
        "Monitoring",
        r"cloudwatch|_flow_log|_logging_|_monitor|log_analytics|application_insights|_sns_|_uptime_|alert",
    ),
    ("Secrets", r"secret|_kms_|key_vault"),
    ("Permissions", r"_iam_|service_account|_role_|identity|management_lock"),
    ("Files", r"_s3_|_storage_|_spaces_|volume|_disk|_efs_"),
    ("Images", r"_ecr_|artifact_registry|container_registry"),
    ("Traffic", r"_lb(_|$)|_alb|loadbalancer|forwarding_rule|ingress|_url_map|target_.*_proxy"),
    (
        "Network",
        (
            r"vpc|subnet|security_group|firewall|route|gateway|_eip|network|public_ip|_address$|security_policy"
            r"|_waf|private_endpoint"
        ),
    ),
    ("Project", r"_project(_resources|_service)?$|resource_group$"),
    (
        "Back end",
        r"_ecs_|cloud_run|container_app|_app$|droplet|instance|deployment|service|autoscal|_lambda_|cloudformation",
    ),
)  # the first that fits


def read_plan(document: Mapping[str, Any]) -> Infrastructure:
    """The steps of a Terraform plan, with all that is there before and after it.

    Args:
        document: What `terraform show -json <plan>` prints.

    Raises:
        ProjectError: It is no plan that we can read, or one that failed.
    """
    version = str(document.get("format_version", ""))
    if version.partition(".")[0] != FORMAT:
        raise ProjectError(
            f"A Terraform plan of format {version or 'unknown'} cannot be read.",
            hint="Use a Terraform that writes format 1.",
        )
    if document.get("errored"):
        raise ProjectError("The Terraform plan failed.", hint="Look at its messages.")
    steps, before, after = [], [], []
    for change in document.get("resource_changes", ()):
        if change.get("mode") != "managed":
            continue
        old, new = _facts(change["change"])
        kind, address = change["type"], _address(change)
        if old is not None:
            before.append(Resource(kind=kind, address=address, facts=old))
        if new is not None:
            after.append(Resource(kind=kind, address=address, facts=new))
        step = _step(kind, address, tuple(change["change"]["actions"]), old, new)
        if step is not None:
            steps.append(step)
    return Infrastructure(
        steps=tuple(steps), before=_joined(tuple(before)), after=_joined(tuple(after))
    )


def left_alone(text: str) -> frozenset[tuple[str, str]]:
    """Resource, such as aws_ecs_service.main, and attribute that a stack leaves to others by `ignore_changes`.

    Args:
        text: Files of the stack, laid out as `terraform fmt` does.
    """
    return frozenset(
        (f"{kind}.{name}", attribute.strip())
        for kind, name, body in _RESOURCE.findall(text)
        for names in _LEFT_ALONE.findall(body)
        for attribute in names.split(",")
    )


def service_of(kind: str) -> str:
    """The service that a kind of resource is shown under."""
    return next((name for name, pattern in GROUPS if re.search(pattern, kind)), "More")


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Fact]]:
    """Path and value of everything in it that is not null, such as `ingress.0.port`."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flatten(inner, f"{path}.{index}" if path else str(index))
    elif value is not None:
        yield path, value


def _step(
    kind: str, address: str, actions: tuple[str, ...], old: Facts | None, new: Facts | None
) -> Step | None:
    match actions:
        case ("create",):
            return _make(kind, address, Action.CREATE, None, new or {})
        case ("delete",):
            return _make(kind, address, Action.DELETE, old or {}, None)
        case ("delete", "create") | ("create", "delete"):
            return _make(kind, address, Action.REPLACE, *_difference(old or {}, new or {}))
        case ("update",):
            before, after = _difference(old or {}, new or {})
            replaces = replacing_paths(kind, {*before, *after})
            action = Action.REPLACE if replaces else Action.UPDATE
            return _make(kind, address, action, before, after)
        case _:
            return None


def _make(
    kind: str, address: str, action: Action, before: Facts | None, after: Facts | None
) -> Step:
    risk, reasons = _risk(kind, action, before, after)
    lost = risk is Risk.DATA_LOSS
    keep = action is Action.CREATE and bool(lost_with(kind))
    verbs = {
        Action.CREATE: ("Make", "Delete"),
        Action.UPDATE: ("Change", "Change back"),
        Action.REPLACE: ("Replace", "Replace back"),
        Action.DELETE: ("Delete", "Make again"),
        Action.RUN: ("Run", "Run"),
    }
    title, undo_title = verbs[action]
    return Step(
        kind=kind,
        address=address,
        verb="apply",
        title=f"{title} {address}",
        group=service_of(kind),
        action=action,
        risk=risk,
        reasons=reasons,
        before=before,
        after=after,
        undo=Undo.NEVER if lost else Undo.KEEP if keep else Undo.REVERSE,
        undo_verb="apply",
        undo_title=f"{undo_title} {address}",
    )


def _risk(
    kind: str, action: Action, before: Facts | None, after: Facts | None
) -> tuple[Risk, tuple[str, ...]]:
    old, new = before or {}, after or {}
    if action in (Action.CREATE, Action.RUN):
        return Risk.SAFE, ()
    if action is Action.UPDATE:
        lost = [
            f"With {path} goes {what}."
            for path in sorted(old)
            if (what := lost_by(kind, path, old[path], new.get(path)))
        ]
        return (Risk.DATA_LOSS if lost else Risk.SAFE), tuple(lost)
    if kind in HARMLESS_REPLACEMENTS:
        return Risk.SAFE, ()
    paths = replacing_paths(kind, {*old, *new}) if action is Action.REPLACE else ()
    reasons = [f"{path} cannot be changed in place." for path in paths]
    if what := lost_with(kind):
        return Risk.DATA_LOSS, (*reasons, f"With it goes {what}.")
    return Risk.REPLACE, (*reasons, "What runs there is taken away.")


def _difference(old: Facts, new: Facts) -> tuple[Facts, Facts]:
    changed = {
        path
        for path in {*old, *new}
        if (path in old) != (path in new) or old.get(path) != new.get(path)
    }
    return (
        {path: value for path, value in sorted(old.items()) if path in changed},
        {path: value for path, value in sorted(new.items()) if path in changed},
    )


def _facts(change: Mapping[str, Any]) -> tuple[Facts | None, Facts | None]:
    raw_old, raw_new = change.get("before"), change.get("after")
    old = None if raw_old is None else dict(flatten(raw_old))
    new = None if raw_new is None else dict(flatten(raw_new))
    hidden_old = {path for path, value in flatten(change.get("before_sensitive")) if value}
    hidden_new = {path for path, value in flatten(change.get("after_sensitive")) if value}
    unknown = [path for path, value in flatten(change.get("after_unknown")) if value is True]
    hidden = hidden_old | hidden_new  # a value that becomes secret was one before
    shown_old = None if old is None else _masked(old, {}, hidden)
    shown_new = None if new is None else _masked(new, old or new, hidden)
    if shown_new is not None:
        shown_new |= dict.fromkeys(unknown, UNKNOWN)
    return shown_old, shown_new


def _masked(facts: Facts, earlier: Facts, hidden: set[str]) -> Facts:
    shown: Facts = {}
    for path, value in facts.items():
        if not any(_is_within(path, secret) for secret in hidden):
            shown[path] = value
        elif path in earlier and earlier[path] != value:
            shown[path] = ANOTHER_SECRET
        else:
            shown[path] = SECRET
    return shown


def _is_within(path: str, secret: str) -> bool:
    return not secret or path == secret or path.startswith(f"{secret}.")


def _address(change: Mapping[str, Any]) -> str:
    deposed = change.get("deposed")
    return f"{change['address']} (left over {deposed})" if deposed else str(change["address"])


def _joined(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """ECS services with the processor and memory of their task definition, which their price depends on."""
    tasks = {
        str(one.facts.get("family")): one
        for one in resources
        if one.kind == "aws_ecs_task_definition"
    }
    only = next(iter(tasks.values())) if len(tasks) == 1 else None
    joined = []
    for one in resources:
        task = (
            tasks.get(str(one.facts.get("name")), only) if one.kind == "aws_ecs_service" else None
        )
        sizes = (
            {name: task.facts[name] for name in ("cpu", "memory") if name in task.facts}
            if task
            else {}
        )
        joined.append(one.model_copy(update={"facts": {**one.facts, **sizes}}))
    return tuple(joined)
