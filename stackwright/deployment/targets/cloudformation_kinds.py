"""Kinds and attributes of CloudFormation by the names of Terraform, as prices, policies and risks know them."""

import re

KINDS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "aws_appautoscaling_target",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "aws_appautoscaling_policy",
    "AWS::Backup::BackupPlan": "aws_backup_plan",
    "AWS::Backup::BackupSelection": "aws_backup_selection",
    "AWS::Backup::BackupVault": "aws_backup_vault",
    "AWS::CertificateManager::Certificate": "aws_acm_certificate",
    "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm",
    "AWS::DocDB::DBCluster": "aws_docdb_cluster",
    "AWS::DocDB::DBClusterParameterGroup": "aws_docdb_cluster_parameter_group",
    "AWS::DocDB::DBInstance": "aws_docdb_cluster_instance",
    "AWS::DocDB::DBSubnetGroup": "aws_docdb_subnet_group",
    "AWS::EC2::EIP": "aws_eip",
    "AWS::EC2::VPCEndpoint": "aws_vpc_endpoint",
    "AWS::EC2::VPCGatewayAttachment": "aws_internet_gateway_attachment",
    "AWS::EC2::SubnetRouteTableAssociation": "aws_route_table_association",
    "AWS::ElastiCache::ReplicationGroup": "aws_elasticache_replication_group",
    "AWS::ElastiCache::SubnetGroup": "aws_elasticache_subnet_group",
    "AWS::ElasticLoadBalancingV2::Listener": "aws_lb_listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "aws_lb_listener_rule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "aws_lb",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "aws_lb_target_group",
    "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::IAM::Policy": "aws_iam_role_policy",
    "AWS::Logs::Delivery": "aws_cloudwatch_log_delivery",
    "AWS::Logs::DeliveryDestination": "aws_cloudwatch_log_delivery_destination",
    "AWS::Logs::DeliverySource": "aws_cloudwatch_log_delivery_source",
    "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
    "AWS::Logs::ResourcePolicy": "aws_cloudwatch_log_resource_policy",
    "AWS::RDS::DBInstance": "aws_db_instance",
    "AWS::RDS::DBParameterGroup": "aws_db_parameter_group",
    "AWS::RDS::DBSubnetGroup": "aws_db_subnet_group",
    "AWS::Route53::RecordSet": "aws_route53_record",
    "AWS::SecretsManager::RotationSchedule": "aws_secretsmanager_secret_rotation",
    "AWS::SNS::Subscription": "aws_sns_topic_subscription",
    "AWS::WAFv2::WebACL": "aws_wafv2_web_acl",
    "AWS::WAFv2::WebACLAssociation": "aws_wafv2_web_acl_association",
}
PLAIN = frozenset({"EC2"})  # services whose name Terraform leaves out
NAMES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": {"MinCapacity": "desired_count"},
    "AWS::DocDB::DBCluster": {
        "BackupRetentionPeriod": "backup_retention_period",
        "DeletionProtection": "deletion_protection",
        "StorageEncrypted": "storage_encrypted",
    },
    "AWS::DocDB::DBInstance": {"DBInstanceClass": "instance_class"},
    "AWS::EC2::VPCEndpoint": {"VpcEndpointType": "vpc_endpoint_type"},
    "AWS::ECS::TaskDefinition": {"Cpu": "cpu", "Memory": "memory"},
    "AWS::ElastiCache::ReplicationGroup": {
        "AtRestEncryptionEnabled": "at_rest_encryption_enabled",
        "CacheNodeType": "node_type",
        "NumCacheClusters": "num_cache_clusters",
        "TransitEncryptionEnabled": "transit_encryption_enabled",
    },
    "AWS::ElasticLoadBalancingV2::Listener": {
        "DefaultActions.0.Type": "default_action.0.type",
        "Protocol": "protocol",
    },
    "AWS::RDS::DBInstance": {
        "AllocatedStorage": "allocated_storage",
        "BackupRetentionPeriod": "backup_retention_period",
        "DBInstanceClass": "instance_class",
        "DeletionProtection": "deletion_protection",
        "MultiAZ": "multi_az",
        "PubliclyAccessible": "publicly_accessible",
        "SourceDBInstanceIdentifier": "replicate_source_db",
        "StorageEncrypted": "storage_encrypted",
    },
}  # the others keep the names that CloudFormation gives them


def kind_of(type_: str) -> str:
    """The kind as Terraform calls it: `AWS::EC2::NatGateway` → `aws_nat_gateway`."""
    if type_ in KINDS:
        return KINDS[type_]
    _, service, name = [*type_.split("::"), "", ""][:3]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return f"aws_{words}" if service in PLAIN else f"aws_{service.lower()}_{words}"


def name_of(type_: str, path: str) -> str:
    """The attribute as prices, policies and risks call it; any other keeps its name."""
    return NAMES.get(type_, {}).get(path, path)
