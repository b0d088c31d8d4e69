"""The template of `aws/cloudformation` with all that are lists: variables, secrets, networks, other names, alarms."""

import re
from collections.abc import Iterator
from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate, Rule
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Alarm, Measure
from stackwright.deployment.stacks.aws_sizes import (
    LEAST_STORAGE_GB,
    connections_limit,
    secret_arn,
)
from stackwright.deployment.stacks.cloudformation_text import read

NONE = {"Ref": "AWS::NoValue"}
PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MONGODB: 27017}
GIB = 1024**3


def template(text: str, deployment: Deployment) -> dict[str, Any]:
    """The template with the lists of these choices filled in.

    Args:
        text: `stack.yaml`.
        deployment: The choices.

    Raises:
        ProjectError: The text is no template.
    """
    document = read(text)
    resources = document["Resources"]
    _settings(resources, deployment)
    _networks(resources, deployment)
    _names(resources, deployment)
    resources.update(_replicas(deployment))
    resources.update(_told(deployment))
    resources.update(
        (f"Alarm{index}", _alarm(alarm, deployment))
        for index, alarm in enumerate(deployment.watching.alarms, 1)
        if not _is_left_out(alarm, deployment)
    )
    return document


def _settings(resources: dict[str, Any], deployment: Deployment) -> None:
    container = resources["TaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    setting = deployment.setting
    container["Environment"] += [
        {"Name": name, "Value": value} for name, value in sorted(setting.variables.items())
    ]
    if deployment.database.replicas:
        container["Environment"].append(
            {"Name": "DATABASE_READ_HOSTS", "Value": _read_hosts(deployment)}
        )
    if "SECRET_KEY" in setting.secrets:
        container["Secrets"] = [one for one in container["Secrets"] if one["Name"] != "SECRET_KEY"]
    readable = resources["ExecutionPolicy"]["Properties"]["PolicyDocument"]["Statement"][3]
    for name, reference in sorted(setting.secrets.items()):
        arn = secret_arn(reference, deployment)
        version = "" if reference.version == "latest" else reference.version
        container["Secrets"].append(
            {"Name": name, "ValueFrom": {"Fn::Sub": f"{arn}:{reference.key}::{version}"}}
        )
        # The end of an ARN is made up by AWS; a name without it stands for that one secret.
        whole = reference.store.startswith("arn:")
        readable["Resource"].append({"Fn::Sub": arn if whole else f"{arn}-??????"})


def _read_hosts(deployment: Deployment) -> dict[str, Any]:
    if deployment.database.engine is Engine.MONGODB:
        return {"Fn::GetAtt": ["Documents", "ReadEndpoint"]}
    numbers = range(1, deployment.database.replicas + 1)
    hosts = [{"Fn::GetAtt": [f"Replica{number}", "Endpoint.Address"]} for number in numbers]
    return {"Fn::Join": [",", hosts]}


def _networks(resources: dict[str, Any], deployment: Deployment) -> None:
    address = deployment.address
    balancer = resources["LoadBalancerGroup"]["Properties"]
    port = PORTS[deployment.database.engine]
    others = [rule for rule in address.firewall.rules if rule.port != port]
    with_tls = address.tls.certificate is Certificate.OWN or (
        address.tls.certificate is Certificate.AUTOMATIC and address.domain is not None
    )
    if address.cdn.enabled:  # visitors come by the CDN alone
        web = 443 if with_tls else 80
        known = {**_opening(web, "", "CDN"), "SourcePrefixListId": {"Ref": "CdnPrefixList"}}
        del known["CidrIp"]
        anybody = _opening(web, "0.0.0.0/0", "CDN")
        balancer["SecurityGroupIngress"] = [{"Fn::If": ["CdnKnown", known, anybody]}]
    else:
        balancer["SecurityGroupIngress"] = [
            _opening(web, network, "visitors")
            for web in ((80, 443) if with_tls else (80,))
            for network in address.firewall.visitors
        ]
    balancer["SecurityGroupIngress"] += [one for rule in others for one in _openings(rule)]
    if deployment.database.public:
        resources["DatabaseGroup"]["Properties"]["SecurityGroupIngress"] += [
            one for rule in address.firewall.rules if rule.port == port for one in _openings(rule)
        ]


def _openings(rule: Rule) -> Iterator[dict[str, Any]]:
    for network in rule.sources:
        yield _opening(rule.port, network, rule.why)


def _opening(port: int, network: str, why: str) -> dict[str, Any]:
    family = "CidrIpv6" if ":" in network else "CidrIp"
    said = re.sub(r"[^A-Za-z0-9 ._:()#,@+=&-]", "-", why)  # what AWS allows in a description
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        family: network,
        "Description": said,
    }


def _names(resources: dict[str, Any], deployment: Deployment) -> None:
    address = deployment.address
    if not address.aliases or not address.domain:
        return
    aliases = list(address.aliases)
    resources["DomainCertificate"]["Properties"]["SubjectAlternativeNames"] = aliases
    options = resources["DomainCertificate"]["Properties"]["DomainValidationOptions"]["Fn::If"]
    options[1] += [{"DomainName": one, "HostedZoneId": {"Ref": "HostedZoneId"}} for one in aliases]
    distribution = resources["Distribution"]["Properties"]["DistributionConfig"]
    distribution["Aliases"]["Fn::If"][1] += aliases
    viewer = resources["Viewer"]["Properties"]
    listed = ", ".join(f'"{one}"' for one in aliases)
    viewer["FunctionCode"] = viewer["FunctionCode"].replace(
        'domain = "", aliases = []', f'domain = "{address.domain}", aliases = [{listed}]'
    )
    for index in range(0, len(aliases), 5):  # as many as one rule allows
        resources[f"AliasRule{index // 5 + 1}"] = {
            "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
            "Properties": {
                "ListenerArn": {"Ref": "Listener"},
                "Priority": 10 + index // 5,
                "Conditions": [
                    {
                        "Field": "host-header",
                        "HostHeaderConfig": {"Values": aliases[index : index + 5]},
                    }
                ],
                "Actions": [
                    {
                        "Type": "redirect",
                        "RedirectConfig": {"Host": address.domain, "StatusCode": "HTTP_301"},
                    }
                ],
            },
        }
    for index, alias in enumerate(aliases, 1):
        for name in ("DomainRecord", "DomainRecord6"):
            record = resources[name]
            resources[f"{name}Alias{index}"] = {
                **record,
                "Properties": {**record["Properties"], "Name": alias},
            }


def _replicas(deployment: Deployment) -> dict[str, Any]:
    source: dict[str, Any]
    if deployment.database.engine is Engine.MONGODB:
        kind, source = "AWS::DocDB::DBInstance", {"DBClusterIdentifier": {"Ref": "Documents"}}
    else:
        kind = "AWS::RDS::DBInstance"
        source = {
            "SourceDBInstanceIdentifier": {"Ref": "Database"},
            "VPCSecurityGroups": [{"Fn::GetAtt": ["DatabaseGroup", "GroupId"]}],
            "PubliclyAccessible": {"Ref": "DatabasePublic"},
            "CopyTagsToSnapshot": True,
        }
    return {
        f"Replica{number}": {
            "Type": kind,
            "DeletionPolicy": "Delete",  # it can be made again
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                **source,
                "DBInstanceClass": {"Ref": "DatabaseClass"},
                "AutoMinorVersionUpgrade": True,
            },
        }
        for number in range(1, deployment.database.replicas + 1)
    }


def _told(deployment: Deployment) -> dict[str, Any]:
    return {
        f"Mail{index}": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"Protocol": "email", "TopicArn": {"Ref": "Alarms"}, "Endpoint": mail},
        }
        for index, mail in enumerate(deployment.watching.mails, 1)
    }


def _is_left_out(alarm: Alarm, deployment: Deployment) -> bool:
    """DocumentDB takes the storage that it needs, so there is nothing that could fill up."""
    documents = deployment.database.engine is Engine.MONGODB
    return documents and alarm.measure is Measure.DATABASE_STORAGE_PERCENT


def _alarm(alarm: Alarm, deployment: Deployment) -> dict[str, Any]:
    minutes = alarm.minutes
    database = "AWS/DocDB" if deployment.database.engine is Engine.MONGODB else "AWS/RDS"
    identifier = "DBClusterIdentifier" if database == "AWS/DocDB" else "DBInstanceIdentifier"
    service = {
        "ClusterName": {"Ref": "Cluster"},
        "ServiceName": {"Fn::GetAtt": ["Service", "Name"]},
    }
    balancer = {"LoadBalancer": {"Fn::GetAtt": ["LoadBalancer", "LoadBalancerFullName"]}}
    rows = {identifier: {"Fn::Sub": "${Prefix}-database"}}
    storage = max(LEAST_STORAGE_GB, deployment.database.storage_gb) * GIB
    properties: dict[str, Any] = {
        "AlarmDescription": f"{alarm.measure.value} above {alarm.above:g} for {minutes} minutes",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": alarm.above,
        "EvaluationPeriods": minutes,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "Alarms"}],
        "OKActions": [{"Ref": "Alarms"}],
    }
    match alarm.measure:
        case Measure.CPU_PERCENT:
            properties |= _metric("AWS/ECS", "CPUUtilization", service)
        case Measure.MEMORY_PERCENT:
            properties |= _metric("AWS/ECS", "MemoryUtilization", service)
        case Measure.P99_MS:
            properties |= _metric("AWS/ApplicationELB", "TargetResponseTime", balancer)
            properties |= {"ExtendedStatistic": "p99", "Threshold": alarm.above / 1000}
            del properties["Statistic"]
        case Measure.ERRORS_PERCENT:
            properties["Metrics"] = _errors(balancer)
        case Measure.RESTARTS:
            properties |= _metric("AWS/Events", "MatchedEvents", {"RuleName": {"Ref": "Stopped"}})
            # counted over all of the minutes
            properties |= {"Statistic": "Sum", "Period": minutes * 60, "EvaluationPeriods": 1}
        case Measure.DATABASE_CONNECTIONS_PERCENT:
            properties |= _metric(database, "DatabaseConnections", rows)
            properties["Threshold"] = alarm.above / 100 * connections_limit(deployment)
        case Measure.DATABASE_STORAGE_PERCENT:
            # against the storage to begin with: when it has grown by itself, the alarm rings a little early
            properties |= _metric(database, "FreeStorageSpace", rows)
            properties |= {
                "Statistic": "Minimum",
                "ComparisonOperator": "LessThanThreshold",
                "Threshold": round((1 - alarm.above / 100) * storage),
                "TreatMissingData": "missing",
            }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def _metric(namespace: str, name: str, dimensions: dict[str, Any]) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": "Average",
        "Period": 60,
    }


def _errors(balancer: dict[str, Any]) -> list[dict[str, Any]]:
    names = {
        "ours": "HTTPCode_Target_5XX_Count",
        "theirs": "HTTPCode_ELB_5XX_Count",
        "requests": "RequestCount",
    }
    dimensions = [{"Name": key, "Value": value} for key, value in balancer.items()]
    counted: list[dict[str, Any]] = [
        {
            "Id": key,
            "ReturnData": False,
            "MetricStat": {
                "Stat": "Sum",
                "Period": 60,
                "Metric": {
                    "Namespace": "AWS/ApplicationELB",
                    "MetricName": name,
                    "Dimensions": dimensions,
                },
            },
        }
        for key, name in names.items()
    ]
    expression = "100 * (FILL(ours, 0) + FILL(theirs, 0)) / requests"
    return [*counted, {"Id": "errors_percent", "Expression": expression, "ReturnData": True}]
