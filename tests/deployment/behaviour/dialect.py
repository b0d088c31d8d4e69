"""The stack of AWS in the words of an older provider, which is the newest one that can be had as a package.

We write for version 6 of `hashicorp/aws`, and for that alone: nothing here is shipped. Each rewriting says why it is
needed; what a rewriting leaves out is checked by the rehearsal only, which goes by the schema of version 6.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

VERSION = "3.39.0"

_BLOCK = re.compile(
    r'^resource "(?P<kind>\w+)" "(?P<name>\w+)" \{\n(?P<body>.*?)^\}\n', re.MULTILINE | re.DOTALL
)

Change = Callable[[str], str]


class Rewriting(NamedTuple):
    """What changes in the resources of some kinds, and why."""

    kinds: str  # a pattern
    change: Change | None  # of what is between the braces; None: the resource is left out
    why: str
    kind: str = ""  # another kind, if it changes
    before: str = ""  # begins the name, where two kinds become one


def without(*names: str) -> Change:
    """Leave these attributes and nested blocks out, as `terraform fmt` lays them out."""
    some = "|".join(names)
    nested = re.compile(
        rf'^(?P<in> +)(?:dynamic ")?(?:{some})"? \{{\n.*?^(?P=in)\}}\n', re.MULTILINE | re.DOTALL
    )
    line = re.compile(rf"^ +(?:{some}) += .*\n", re.MULTILINE)
    return lambda body: line.sub("", nested.sub("", body))


def renamed(**names: str) -> Change:
    """Call attributes as they were called."""
    line = re.compile(rf"^( +)({'|'.join(names)})( += )", re.MULTILINE)
    return lambda body: line.sub(lambda one: f"{one[1]}{names[one[2]]}{one[3]}", body)


def replaced(**lines: str) -> Change:
    """Write whole lines anew."""
    line = re.compile(rf"^( +)({'|'.join(lines)}) += .*$", re.MULTILINE)
    return lambda body: line.sub(lambda one: f"{one[1]}{lines[one[2]]}", body)


def in_turn(*changes: Change) -> Change:
    """One after the other."""

    def change(body: str) -> str:
        for one in changes:
            body = one(body)
        return body

    return change


def _one_rule(direction: str) -> Change:
    """A rule had lists, where it has one of each now."""

    def listed(one: re.Match[str]) -> str:
        name = {"cidr_ipv4": "cidr_blocks", "cidr_ipv6": "ipv6_cidr_blocks"}.get(
            one[1], "prefix_list_ids"
        )
        return f"  {name} = compact([{one[2]}])"

    def change(body: str) -> str:
        body = renamed(
            ip_protocol="protocol", referenced_security_group_id="source_security_group_id"
        )(body)
        body = re.sub(
            r"^  (cidr_ipv[46]|prefix_list_id) += (.*)$", listed, body, flags=re.MULTILINE
        )
        return f'  type = "{direction}"\n{body}'

    return change


RULES = (
    Rewriting(
        "aws_vpc_security_group_ingress_rule",
        _one_rule("ingress"),
        "One resource a rule came with 4.56.",
        "aws_security_group_rule",
        "in_",
    ),
    Rewriting(
        "aws_vpc_security_group_egress_rule",
        _one_rule("egress"),
        "One resource a rule came with 4.56.",
        "aws_security_group_rule",
        "out_",
    ),
    Rewriting(
        r"aws_(kms_key|backup_vault|acm_certificate\w*|wafv2_\w+)",
        without("region"),
        "A resource says its region since 6.0; all lies in one region here.",
    ),
    Rewriting("aws_eip", replaced(domain="vpc = true"), "`domain` was only read until 5.0."),
    Rewriting(
        "aws_db_instance",
        in_turn(
            renamed(db_name="name"),
            replaced(manage_master_user_password='password = "not-a-password"'),
            without("master_user_secret_kms_key_id"),
        ),
        "`db_name` came later, passwords that AWS keeps with 4.61; a secret of its own stands for theirs.",
    ),
    Rewriting(
        "aws_docdb_cluster",
        replaced(manage_master_user_password='master_password = "not-a-password"'),
        "As above.",
    ),
    Rewriting(
        "aws_secretsmanager_secret_rotation",
        None,
        "It demanded a function of one's own; AWS changes the passwords that it keeps by itself.",
    ),
    Rewriting(
        "aws_elasticache_replication_group",
        in_turn(
            renamed(
                description="replication_group_description",
                num_cache_clusters="number_cache_clusters",
            ),
            replaced(engine='engine = "redis"'),
        ),
        "Attributes were renamed later, and there was no Valkey.",
    ),
    Rewriting(
        r"aws_s3_bucket_(versioning|server_side_encryption_configuration|lifecycle_configuration)",
        None,
        "They were parts of the bucket until 4.0.",
    ),
    Rewriting(
        "aws_s3_bucket_ownership_controls",
        replaced(object_ownership='object_ownership = "BucketOwnerPreferred"'),
        "BucketOwnerEnforced came later.",
    ),
    Rewriting(
        "aws_ecs_service",
        without(
            "availability_zone_rebalancing", "deployment_configuration", "advanced_configuration"
        ),
        "Blue-green by ECS itself came with version 6.",
    ),
    Rewriting(
        "aws_ecs_task_definition",
        without("runtime_platform"),
        "The kind of processor came later.",
    ),
    Rewriting(
        "aws_docdb_cluster_instance",
        without("enable_performance_insights", "performance_insights_kms_key_id"),
        "They came later.",
    ),
    Rewriting(
        "aws_lb_listener",
        without(
            "routing_http_response_server_enabled",
            "routing_http_response_strict_transport_security_header_value",
        ),
        "Headers of answers came with version 5.",
    ),
    Rewriting(
        "aws_backup_plan",
        without("opt_in_to_archive_for_supported_resources"),
        "Archives came with version 5.",
    ),
    Rewriting(
        "aws_db_instance_automated_backups_replication|aws_cloudwatch_log_delivery\\w*",
        None,
        "They came later, and concern a second region and the CDN.",
    ),
    Rewriting(
        r"aws_cloudfront_(origin_access_control|function|response_headers_policy)",
        None,
        "They came later.",
    ),
    Rewriting(
        "aws_cloudfront_distribution",
        in_turn(
            without(
                "origin_access_control_id", "response_headers_policy_id", "function_association"
            ),
            replaced(http_version='http_version = "http2"'),
        ),
        "What they name is left out above; HTTP/3 came later.",
    ),
    Rewriting(
        "aws_appautoscaling_policy",
        without("customized_metric_specification"),
        "Expressions over metrics came later.",
    ),
)

LEFT_OUT = (
    Rewriting("aws_backup_selection", None, "moto knows plans and vaults, not what they are for."),
)

# The password that AWS keeps is in a secret that AWS makes, whose address only newer providers tell.
_KEPT = re.compile(
    r"aws_(?:db_instance|docdb_cluster)\.main\[0\]\.master_user_secret\[0\]\.secret_arn"
)
STANDS_FOR_IT = """
resource "aws_secretsmanager_secret" "kept_by_aws" {
  name = "${local.full_name}/kept-by-aws"
}
"""


def older(files: Mapping[str, str]) -> dict[str, str]:
    """The files of a stack, as version 3.39 reads them.

    Args:
        files: Name → content, laid out as `terraform fmt` does.
    """
    found = {name: _BLOCK.sub(_rewritten, text) for name, text in files.items()}
    found = {
        name: _KEPT.sub("aws_secretsmanager_secret.kept_by_aws.arn", text)
        for name, text in found.items()
    }
    found["versions.tf"] = re.sub(
        r'"~> \d[^"]*"(?=.*$)', f'"{VERSION}"', found["versions.tf"], count=1, flags=re.MULTILINE
    )
    return {**found, "stands.tf": STANDS_FOR_IT}


def _rewritten(block: re.Match[str]) -> str:
    kind, name, body = block["kind"], block["name"], block["body"]
    for rule in (*RULES, *LEFT_OUT):
        if not re.fullmatch(rule.kinds, block["kind"]):
            continue
        if rule.change is None:
            return ""
        kind, name, body = rule.kind or kind, rule.before + name, rule.change(body)
    return f'resource "{kind}" "{name}" {{\n{body}}}\n'
