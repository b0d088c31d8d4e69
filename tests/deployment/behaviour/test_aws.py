"""The stack of AWS, made by the real provider of Terraform in an account of `moto`: what is really there.

It takes some minutes, in which the provider mostly waits: it looks at load balancers and records every 30 seconds.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from stackwright.deployment.events import EventType, replay
from stackwright.deployment.targets.terraform import read_plan
from tasks import terraform
from tests.deployment.behaviour.conftest import IMAGE, Made
from tests.toolchain.conftest import EVERYTHING

if not EVERYTHING:
    pytest.skip("takes five minutes: make golden-all runs it", allow_module_level=True)

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.services,
    pytest.mark.slow,
]
STACK = "bookshop-production"
TAGS = {
    "project": "bookshop",
    "environment": "production",
    "managed-by": "terraform",
    "team": "books",
}
FORGOTTEN = {  # by moto: it takes these, and does not give them back
    ("aws_db_parameter_group.main[0]", "parameter"),
    ("aws_ecs_service.main", "enable_ecs_managed_tags"),
    ("aws_ecs_service.main", "health_check_grace_period_seconds"),
}
WORLD = ("0.0.0.0/0", "::/0")


def tags_of(one: dict[str, Any]) -> dict[str, str]:
    """However a service writes them."""
    pairs = one.get("Tags") or one.get("TagList") or one.get("tags") or ()
    return {
        pair.get("Key", pair.get("key")): pair.get("Value", pair.get("value")) for pair in pairs
    }


def test_everything_that_was_planned_is_made_and_told(made: Made) -> None:
    assert made.applied.is_done, made.applied.sentence
    steps = {step.address for step in read_plan(made.planned).steps}
    progress = replay(made.events)
    assert {one.address for one in progress} == steps == {*terraform.addresses(made.place)}
    assert len(steps) > 100
    assert {one.state for one in progress} == {EventType.DONE}
    outputs = made.applied.outputs
    assert (outputs["address"], outputs["cluster"]) == ("https://shop.example.com", STACK)


def test_the_next_plan_changes_nothing(made: Made) -> None:
    steps = read_plan(terraform.plan(made.place)).steps
    changed = {
        (step.address, path.partition(".")[0])
        for step in steps
        for path in {*(step.before or {}), *(step.after or {})}
    }
    assert changed <= FORGOTTEN


def test_only_the_load_balancer_is_open_to_the_world(made: Made) -> None:
    ec2 = made.ask("ec2")
    groups = {one["GroupName"]: one for one in ec2.describe_security_groups()["SecurityGroups"]}
    (vpc,) = (one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"])
    assert vpc["CidrBlock"] == "10.20.0.0/16"
    opened = {
        (name, rule["FromPort"], rule["ToPort"])
        for name, group in groups.items()
        for rule in group["IpPermissions"]
        for source in (*rule["IpRanges"], *rule["Ipv6Ranges"])
        if source.get("CidrIp", source.get("CidrIpv6")) in WORLD and group["VpcId"] == vpc["VpcId"]
    }
    door = f"{STACK}-load-balancer"
    assert opened == {(door, 80, 80), (door, 443, 443)}

    (way,) = groups[f"{STACK}-database"]["IpPermissions"]
    assert way["FromPort"] == 5432
    assert [one["GroupId"] for one in way["UserIdGroupPairs"]] == [
        groups[f"{STACK}-back-end"]["GroupId"]
    ]
    assert groups[f"{STACK}-database"]["IpPermissionsEgress"] == []
    (closed,) = (
        one
        for one in groups.values()
        if one["VpcId"] == vpc["VpcId"] and one["GroupName"] == "default"
    )
    assert closed["IpPermissions"] == closed["IpPermissionsEgress"] == []


def test_private_subnets_reach_out_by_a_gateway_of_their_zone(made: Made) -> None:
    ec2 = made.ask("ec2")
    mine = [{"Name": "tag:project", "Values": ["bookshop"]}]
    subnets = {one["SubnetId"]: one for one in ec2.describe_subnets(Filters=mine)["Subnets"]}
    assert len(subnets) == 4
    assert not any(one["MapPublicIpOnLaunch"] for one in subnets.values())
    gateways = {one["NatGatewayId"]: one for one in ec2.describe_nat_gateways()["NatGateways"]}
    out: dict[str, str] = {}
    for table in ec2.describe_route_tables(Filters=mine)["RouteTables"]:
        (way,) = (one for one in table["Routes"] if one.get("DestinationCidrBlock") == "0.0.0.0/0")
        for one in table["Associations"]:
            if one.get("SubnetId"):
                out[one["SubnetId"]] = way.get("NatGatewayId") or way["GatewayId"]
    for subnet, way in out.items():
        zone = subnets[subnet]["AvailabilityZone"]
        if "private" in tags_of(subnets[subnet])["Name"]:
            assert subnets[gateways[way]["SubnetId"]]["AvailabilityZone"] == zone
        else:
            assert way.startswith("igw-")
    assert len(out) == 4
    (log,) = ec2.describe_flow_logs()["FlowLogs"]
    assert log["TrafficType"] == "ALL"
    assert f":log-group:/{STACK}/network" in log["LogDestination"]


def test_the_service_runs_the_image_in_private_and_knows_no_secret(made: Made) -> None:
    ecs = made.ask("ecs")
    (service,) = ecs.describe_services(cluster=STACK, services=[STACK])["services"]
    where = service["networkConfiguration"]["awsvpcConfiguration"]
    assert (service["desiredCount"], where["assignPublicIp"]) == (2, "DISABLED")
    assert sorted(where["subnets"]) == sorted(made.applied.outputs["task_subnets"])
    assert [one["containerPort"] for one in service["loadBalancers"]] == [8000]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = task["containerDefinitions"]
    assert (container["image"], task["networkMode"]) == (IMAGE, "awsvpc")
    told = {one["name"]: one["value"] for one in container["environment"]}
    assert told["DATABASE_HOST"].startswith(f"{STACK}-database.")
    assert not {name for name in told if "PASSWORD" in name or "KEY" in name}
    secrets = {one["name"]: one["valueFrom"] for one in container["secrets"]}
    assert secrets.keys() == {"DATABASE_USER", "DATABASE_PASSWORD", "SECRET_KEY"}
    assert all(one.startswith("arn:aws:secretsmanager:") for one in secrets.values())
    assert container["logConfiguration"]["options"]["awslogs-group"] == f"/{STACK}/back-end"

    scaling = made.ask("application-autoscaling")
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["ResourceId"]) == (2, f"service/{STACK}/{STACK}")
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60


def test_visitors_come_by_tls_alone(made: Made) -> None:
    elb = made.ask("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]
    facts = {
        one["Key"]: one["Value"]
        for one in elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    }
    assert facts["deletion_protection.enabled"] == "true"
    assert facts["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert facts["access_logs.s3.bucket"] == f"{STACK}-logs-123456789012"
    listeners = {
        one["Port"]: one for one in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    }
    (redirect,) = listeners[80]["DefaultActions"]
    assert redirect["RedirectConfig"]["Protocol"] == "HTTPS"
    secure = listeners[443]
    assert (secure["Protocol"], secure["SslPolicy"]) == (
        "HTTPS",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    )
    certificate = made.ask("acm").describe_certificate(
        CertificateArn=secure["Certificates"][0]["CertificateArn"]
    )["Certificate"]
    assert {*certificate["SubjectAlternativeNames"]} == {"shop.example.com", "www.example.com"}
    rules = elb.describe_rules(ListenerArn=secure["ListenerArn"])["Rules"]
    (forward,) = (
        one["ForwardConfig"]["TargetGroups"]
        for rule in rules
        for one in rule["Actions"]
        if one["Type"] == "forward"
    )
    weights = {one["TargetGroupArn"].split("/")[1]: one["Weight"] for one in forward}
    assert weights == {f"{STACK}-b-blue": 100, f"{STACK}-b-green": 0}
    firewall = made.ask("wafv2").get_web_acl_for_resource(ResourceArn=arn)["WebACL"]
    assert {one["Name"] for one in firewall["Rules"]} > {"requests-of-one-address"}

    dns = made.ask("route53")
    (zone,) = dns.list_hosted_zones()["HostedZones"]
    records = dns.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {
        one["Name"]: one["AliasTarget"]["DNSName"] for one in records if "AliasTarget" in one
    }
    assert aliases.keys() == {"shop.example.com.", "www.example.com."}
    assert all(balancer["DNSName"] in one for one in aliases.values())


def test_the_database_is_encrypted_protected_and_private(made: Made) -> None:
    (found,) = made.ask("rds").describe_db_instances()["DBInstances"]
    assert found["DBInstanceIdentifier"] == f"{STACK}-database"
    assert found["StorageEncrypted"]
    assert found["KmsKeyId"] == key(made)["Arn"]
    assert not found["PubliclyAccessible"]
    assert found["MultiAZ"]
    assert found["DeletionProtection"]
    assert (found["BackupRetentionPeriod"], found["PreferredBackupWindow"]) == (7, "03:00-03:30")
    ec2 = made.ask("ec2")
    there = [one["SubnetIdentifier"] for one in found["DBSubnetGroup"]["Subnets"]]
    names = [tags_of(one)["Name"] for one in ec2.describe_subnets(SubnetIds=there)["Subnets"]]
    assert sorted(names) == [f"{STACK}-private-1", f"{STACK}-private-2"]


def test_backups_are_made_daily_and_kept(made: Made) -> None:
    backup = made.ask("backup")
    (known,) = backup.list_backup_plans()["BackupPlansList"]
    plan = backup.get_backup_plan(BackupPlanId=known["BackupPlanId"])["BackupPlan"]
    (rule,) = plan["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert (rule["TargetBackupVaultName"], rule["Lifecycle"]["DeleteAfterDays"]) == (STACK, 7)
    (vault,) = backup.list_backup_vaults()["BackupVaultList"]
    assert vault["EncryptionKeyArn"] == key(made)["Arn"]


def test_secrets_have_places_and_no_values(made: Made) -> None:
    secrets = made.ask("secretsmanager")
    (place,) = (
        one for one in secrets.list_secrets()["SecretList"] if one["Name"] == f"{STACK}/application"
    )
    assert place["KmsKeyId"] == key(made)["Arn"]
    assert not place.get("SecretVersionsToStages")
    kms = made.ask("kms")
    assert kms.get_key_rotation_status(KeyId=key(made)["KeyId"])["KeyRotationEnabled"]


def test_logs_are_kept_for_their_days_and_encrypted(made: Made) -> None:
    groups = {
        one["logGroupName"]: one for one in made.ask("logs").describe_log_groups()["logGroups"]
    }
    assert groups.keys() == {
        f"/{STACK}/back-end",
        f"/{STACK}/network",
        f"/aws/events/{STACK}",
        f"/aws/rds/instance/{STACK}-database/postgresql",
        f"/aws/rds/instance/{STACK}-database/upgrade",
    }
    assert {one["retentionInDays"] for one in groups.values()} == {30}
    assert [name for name, one in groups.items() if "kmsKeyId" not in one] == [
        f"/aws/events/{STACK}"
    ]
    block = made.ask("s3").get_public_access_block(Bucket=f"{STACK}-logs-123456789012")
    assert all(block["PublicAccessBlockConfiguration"].values())


def test_every_alarm_tells_somebody(made: Made) -> None:
    sns = made.ask("sns")
    (topic,) = (one["TopicArn"] for one in sns.list_topics()["Topics"])
    alarms = [
        one
        for one in made.ask("cloudwatch").describe_alarms()["MetricAlarms"]
        if not one["AlarmName"].startswith("TargetTracking")  # those of the scaling
    ]
    assert len(alarms) == 7
    assert all(one["AlarmActions"] == one["OKActions"] == [topic] for one in alarms)
    told = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(one["Protocol"], one["Endpoint"]) for one in told] == [
        ("email", "on-call@example.com")
    ]


def test_nobody_may_do_everything(made: Made) -> None:
    iam = made.ask("iam")
    roles = [
        one["RoleName"] for one in iam.list_roles()["Roles"] if one["RoleName"].startswith(STACK)
    ]
    assert len(roles) == 6
    for role in roles:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for statement in policy["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action, (role, action)
                    assert statement["Resource"] != "*" or _only_looks(action), (role, action)


def test_everything_is_tagged(made: Made) -> None:
    found = dict(tagged(made))
    assert len(found) > 30
    assert {name: tags for name, tags in found.items() if not tags.items() >= TAGS.items()} == {}


def test_what_somebody_changes_is_seen_and_a_production_goes_only_when_it_is_let_go(
    made: Made,
) -> None:
    def changed() -> set[tuple[str, str]]:
        return {(one.address, one.path.partition(".")[0]) for one in terraform.drift(made.place)}

    assert changed() <= FORGOTTEN
    ec2, elb = made.ask("ec2"), made.ask("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    ec2.authorize_security_group_ingress(
        GroupId=balancer["SecurityGroups"][0],
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": WORLD[0]}]}
        ],
    )
    made.ask("logs").put_retention_policy(logGroupName=f"/{STACK}/back-end", retentionInDays=1)
    made.ask("cloudwatch").delete_alarms(AlarmNames=[f"{STACK}-1-cpu-percent"])
    made.ask("ecs").update_service(cluster=STACK, service=STACK, desiredCount=3)  # as scaling does
    assert changed() - FORGOTTEN == {
        ("aws_security_group.load_balancer", "ingress"),
        ("aws_cloudwatch_log_group.backend", "retention_in_days"),
        ('aws_cloudwatch_metric_alarm.plain["1-cpu-percent"]', ""),
    }

    refused = terraform.destroy(made.place, lambda event: None)
    assert not refused.is_done
    assert "disable deletion protection" in refused.sentence
    rds = made.ask("rds")
    name = f"{STACK}-database"
    assert rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"] == "available"
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    gone = terraform.destroy(made.place, lambda event: None)
    assert gone.is_done, gone.sentence
    assert terraform.addresses(made.place) == ()
    kept = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    (last,) = kept
    assert last["DBSnapshotIdentifier"] == f"{name}-final"
    unreadable = made.ask("kms").describe_key(KeyId=last["KmsKeyId"])["KeyMetadata"]["DeletionDate"]
    assert (
        unreadable - last["SnapshotCreateTime"]
    ).days >= 29  # README.md says what to do until then
    left = ec2.describe_nat_gateways(Filters=[{"Name": "state", "Values": ["available"]}])
    assert left["NatGateways"] == elb.describe_load_balancers()["LoadBalancers"] == []


def key(made: Made) -> dict[str, Any]:
    """The key of the stack."""
    found: dict[str, Any] = made.ask("kms").describe_key(KeyId=f"alias/{STACK}")["KeyMetadata"]
    return found


def tagged(made: Made) -> Iterator[tuple[str, dict[str, str]]]:
    """What is there and has tags, by its name."""
    api = made.ask("resourcegroupstaggingapi")
    for one in api.get_resources(ResourcesPerPage=100)["ResourceTagMappingList"]:
        yield one["ResourceARN"], tags_of(one)
    for one in made.ask("rds").describe_db_instances()["DBInstances"]:
        yield one["DBInstanceArn"], tags_of(one)
    for one in made.ask("secretsmanager").list_secrets()["SecretList"]:
        yield one["ARN"], tags_of(one)
    logs = made.ask("logs")
    for one in logs.describe_log_groups()["logGroups"]:
        yield (
            one["logGroupName"],
            logs.list_tags_for_resource(resourceArn=one["logGroupArn"])["tags"],
        )
    iam = made.ask("iam")
    for one in iam.list_roles()["Roles"]:
        if one["RoleName"].startswith(STACK):
            yield one["Arn"], tags_of(iam.list_role_tags(RoleName=one["RoleName"]))
    elb = made.ask("elbv2")
    arns = [one["LoadBalancerArn"] for one in elb.describe_load_balancers()["LoadBalancers"]]
    arns += [one["TargetGroupArn"] for one in elb.describe_target_groups()["TargetGroups"]]
    for one in elb.describe_tags(ResourceArns=arns)["TagDescriptions"]:
        yield one["ResourceArn"], tags_of(one)


def _only_looks(action: str) -> bool:
    return action.split(":")[1].startswith(("Describe", "GetAuthorizationToken"))
