# Logs, alarms, and who is told.

resource "aws_cloudwatch_log_group" "backend" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the choice log_days; a year would be against the wish of many.
  name              = "/${local.full_name}/back-end"
  retention_in_days = local.log_days
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_cloudwatch_log_group" "network" {
  #checkov:skip=CKV_AWS_338:As above.
  name              = "/${local.full_name}/network"
  retention_in_days = local.log_days
  kms_key_id        = aws_kms_key.main.arn
}

# RDS makes these groups itself, and then keeps their lines for ever.
resource "aws_cloudwatch_log_group" "database" {
  #checkov:skip=CKV_AWS_338:As above.
  for_each = toset(local.log_exports)

  name              = "/aws/${local.is_document ? "docdb" : "rds/instance"}/${local.database_identifier}/${each.value}"
  retention_in_days = local.log_days
  kms_key_id        = aws_kms_key.main.arn
}

# Instances that end are events; their number is the measure “restarts”, and their reasons are kept to be read.
resource "aws_cloudwatch_event_rule" "stopped" {
  name        = "${local.prefix}-stopped"
  description = "Instances that ended by themselves"
  event_pattern = jsonencode({
    source        = ["aws.ecs"]
    "detail-type" = ["ECS Task State Change"]
    detail = {
      clusterArn = [aws_ecs_cluster.main.arn]
      lastStatus = ["STOPPED"]
      stopCode   = ["EssentialContainerExited", "TaskFailedToStart"]
    }
  })
}

resource "aws_cloudwatch_log_group" "events" {
  #checkov:skip=CKV_AWS_338:As above.
  #checkov:skip=CKV_AWS_158:EventBridge can write only to groups that are encrypted with the key of CloudWatch.
  name              = "/aws/events/${local.full_name}"
  retention_in_days = local.log_days
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "${local.prefix}-events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.events.arn}:*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_cloudwatch_event_target" "stopped" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = aws_cloudwatch_log_group.events.arn

  depends_on = [aws_cloudwatch_log_resource_policy.events]
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.full_name}-alarms"
  kms_master_key_id = aws_kms_key.main.arn
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.mails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudformation_stack" "webhook" {
  #checkov:skip=CKV_AWS_124:It tells of alarms; its own changes are events of the run that makes them.
  count = var.webhook == null ? 0 : 1

  name          = "${local.full_name}-webhook"
  template_body = file("${path.module}/webhook.yaml")
  capabilities  = ["CAPABILITY_IAM"]
  parameters = {
    Name      = "${local.full_name}-webhook"
    Topic     = aws_sns_topic.alarms.arn
    Secret    = local.places["(webhook)"].arn
    SecretKey = local.places["(webhook)"].key
    KeyArn    = aws_kms_key.main.arn
    LogDays   = tostring(local.log_days)
  }
}

locals {
  service_dimensions  = { ClusterName = aws_ecs_cluster.main.name, ServiceName = aws_ecs_service.main.name }
  balancer_dimensions = { LoadBalancer = aws_lb.main.arn_suffix }
  database_dimensions = { (local.is_document ? "DBClusterIdentifier" : "DBInstanceIdentifier") = local.database_identifier }

  # Measure → where its metric is. `scale` turns the unit of the wizard into that of the metric.
  measures = {
    cpu_percent                  = { namespace = "AWS/ECS", metric = "CPUUtilization", statistic = "Average", scale = 1, dimensions = local.service_dimensions }
    memory_percent               = { namespace = "AWS/ECS", metric = "MemoryUtilization", statistic = "Average", scale = 1, dimensions = local.service_dimensions }
    p99_ms                       = { namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "p99", scale = 0.001, dimensions = local.balancer_dimensions }
    database_connections_percent = { namespace = local.is_document ? "AWS/DocDB" : "AWS/RDS", metric = "DatabaseConnections", statistic = "Average", scale = var.database_connections_limit / 100, dimensions = local.database_dimensions }
    restarts                     = { namespace = "AWS/Events", metric = "MatchedEvents", statistic = "Sum", scale = 1, dimensions = { RuleName = aws_cloudwatch_event_rule.stopped.name } }
  }

  alarms       = { for index, alarm in var.alarms : "${index + 1}-${replace(alarm.measure, "_", "-")}" => alarm }
  plain_alarms = { for key, alarm in local.alarms : key => alarm if contains(keys(local.measures), alarm.measure) }
  error_alarms = { for key, alarm in local.alarms : key => alarm if alarm.measure == "errors_percent" }
  # DocumentDB takes the storage that it needs, so there is nothing that could fill up.
  storage_alarms = { for key, alarm in local.alarms : key => alarm if alarm.measure == "database_storage_percent" && !local.is_document }
}

resource "aws_cloudwatch_metric_alarm" "plain" {
  for_each = local.plain_alarms

  alarm_name          = "${local.full_name}-${each.key}"
  alarm_description   = "${each.value.measure} above ${each.value.above} for ${each.value.minutes} minutes"
  namespace           = local.measures[each.value.measure].namespace
  metric_name         = local.measures[each.value.measure].metric
  dimensions          = local.measures[each.value.measure].dimensions
  statistic           = startswith(local.measures[each.value.measure].statistic, "p") ? null : local.measures[each.value.measure].statistic
  extended_statistic  = startswith(local.measures[each.value.measure].statistic, "p") ? local.measures[each.value.measure].statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above * local.measures[each.value.measure].scale
  # Restarts are counted over all of the minutes, everything else is looked at minute by minute.
  period             = each.value.measure == "restarts" ? each.value.minutes * 60 : 60
  evaluation_periods = each.value.measure == "restarts" ? 1 : each.value.minutes
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.error_alarms

  alarm_name          = "${local.full_name}-${each.key}"
  alarm_description   = "More than ${each.value.above} % of the requests end with an error of ours for ${each.value.minutes} minutes"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "errors_percent"
    label       = "Errors, in percent of all requests"
    expression  = "100 * (FILL(ours, 0) + FILL(theirs, 0)) / requests"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { ours = "HTTPCode_Target_5XX_Count", theirs = "HTTPCode_ELB_5XX_Count", requests = "RequestCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = local.balancer_dimensions
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

# Measured against the storage to begin with: when it has grown by itself, the alarm rings a little early.
resource "aws_cloudwatch_metric_alarm" "storage" {
  for_each = local.storage_alarms

  alarm_name          = "${local.full_name}-${each.key}"
  alarm_description   = "The disk of the database is more than ${each.value.above} % full"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = local.database_dimensions
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = (1 - each.value.above / 100) * var.database_storage_gb * 1073741824
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# The access log of the CDN. Its source lies in us-east-1, as all of CloudFront does.
resource "aws_cloudwatch_log_delivery_source" "cdn" {
  count = var.cdn_enabled && var.access_log ? 1 : 0

  region       = "us-east-1"
  name         = "${local.prefix}-cdn"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.main[0].arn
}

resource "aws_cloudwatch_log_delivery_destination" "cdn" {
  count = var.cdn_enabled && var.access_log ? 1 : 0

  region        = "us-east-1"
  name          = "${local.prefix}-cdn"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = "${aws_s3_bucket.logs[0].arn}/cdn"
  }
}

resource "aws_cloudwatch_log_delivery" "cdn" {
  count = var.cdn_enabled && var.access_log ? 1 : 0

  region                   = "us-east-1"
  delivery_source_name     = aws_cloudwatch_log_delivery_source.cdn[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.cdn[0].arn
}
