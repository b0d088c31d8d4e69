# One role for each that acts, with what it needs and nothing else.

locals {
  # Services that act for many accounts say for which one; the other two do not.
  trust = { for service, says_account in { "ecs-tasks" = true, "vpc-flow-logs" = true, "monitoring.rds" = true, "ecs" = false, "backup" = false } : service => jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
      says_account ? { Condition = { StringEquals = { "aws:SourceAccount" = local.account } } } : {},
    )]
  }) }

  secret_arns = distinct(concat([for place in values(local.secret_places) : place.arn], aws_secretsmanager_secret.application[*].arn, [local.database_secret_arn]))
}

# Starts instances: pulls the image, reads the secrets, opens the log.
resource "aws_iam_role" "execution" {
  name               = "${local.full_name}-execution"
  description        = "Starts instances of the back end"
  assume_role_policy = local.trust["ecs-tasks"]
}

resource "aws_iam_role_policy" "execution" {
  #checkov:skip=CKV_AWS_355:GetAuthorizationToken knows no resource.
  name = "start"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      { Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      { Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = aws_ecr_repository.main.arn },
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.backend.arn}:*" },
      { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = local.secret_arns },
      {
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = concat([aws_kms_key.main.arn], var.secret_key_arns)
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
    ])
  })
}

# What the back end itself may do in the account: nothing, but for sending traces.
resource "aws_iam_role" "task" {
  name               = "${local.full_name}-task"
  description        = "The back end while it runs"
  assume_role_policy = local.trust["ecs-tasks"]
}

resource "aws_iam_role_policy" "traces" {
  #checkov:skip=CKV_AWS_355:X-Ray knows no resources for these actions.
  #checkov:skip=CKV_AWS_290:The same.
  count = var.traces ? 1 : 0

  name = "traces"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"], Resource = "*" }]
  })
}

# Moves the traffic from one colour to the other.
resource "aws_iam_role" "traffic" {
  count = local.blue_green ? 1 : 0

  name               = "${local.full_name}-traffic"
  description        = "ECS moves traffic between releases"
  assume_role_policy = local.trust["ecs"]
}

resource "aws_iam_role_policy" "traffic" {
  #checkov:skip=CKV_AWS_355:Descriptions of load balancers know no resource.
  count = local.blue_green ? 1 : 0

  name = "traffic"
  role = aws_iam_role.traffic[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"], Resource = "*" },
      { Effect = "Allow", Action = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"], Resource = [for group in values(aws_lb_target_group.main) : group.arn] },
      { Effect = "Allow", Action = "elasticloadbalancing:ModifyListener", Resource = [for listener in values(aws_lb_listener.main) : listener.arn] },
      { Effect = "Allow", Action = "elasticloadbalancing:ModifyRule", Resource = concat([for rule in values(aws_lb_listener_rule.backend) : rule.arn], [for rule in values(aws_lb_listener_rule.pages) : rule.arn]) },
    ]
  })
}

resource "aws_iam_role" "flow_log" {
  name               = "${local.full_name}-flow-log"
  description        = "Writes the log of the network"
  assume_role_policy = local.trust["vpc-flow-logs"]
}

resource "aws_iam_role_policy" "flow_log" {
  name = "write"
  role = aws_iam_role.flow_log.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], Resource = "${aws_cloudwatch_log_group.network.arn}:*" }]
  })
}

resource "aws_iam_role" "database_metrics" {
  count = var.metrics && !local.is_document ? 1 : 0

  name               = "${local.full_name}-database-metrics"
  description        = "Detailed metrics of the database"
  assume_role_policy = local.trust["monitoring.rds"]
}

resource "aws_iam_role_policy_attachment" "database_metrics" {
  count = var.metrics && !local.is_document ? 1 : 0

  role       = aws_iam_role.database_metrics[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_iam_role" "backup" {
  count = var.backups ? 1 : 0

  name               = "${local.full_name}-backup"
  description        = "Backs the database up and restores it"
  assume_role_policy = local.trust["backup"]
}

resource "aws_iam_role_policy_attachment" "backup" {
  for_each = var.backups ? toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"]) : toset([])

  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/${each.value}"
}
