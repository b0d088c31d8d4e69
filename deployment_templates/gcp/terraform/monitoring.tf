# What rings, and who hears it.

locals {
  channels = concat(
    [for channel in google_monitoring_notification_channel.mail : channel.id],
    var.webhook_channel == "" ? [] : [var.webhook_channel],
  )

  run          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${local.name}\""
  sql_resource = "resource.type = \"cloudsql_database\" AND resource.labels.database_id = \"${local.project}:${local.name}\""

  # Measure of the wizard → metric, how its points are brought together, and how many of its units make one of ours.
  measures = merge(
    {
      cpu_percent = {
        title = "Processor of the back end", filter = "metric.type = \"run.googleapis.com/container/cpu/utilizations\" AND ${local.run}"
        align = "ALIGN_PERCENTILE_99", reduce = "REDUCE_MAX", factor = 0.01, denominator = null
      }
      memory_percent = {
        title = "Memory of the back end", filter = "metric.type = \"run.googleapis.com/container/memory/utilizations\" AND ${local.run}"
        align = "ALIGN_PERCENTILE_99", reduce = "REDUCE_MAX", factor = 0.01, denominator = null
      }
      errors_percent = {
        title = "Failed requests", filter = "metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\" AND ${local.run}"
        align = "ALIGN_RATE", reduce = "REDUCE_SUM", factor = 0.01, denominator = "metric.type = \"run.googleapis.com/request_count\" AND ${local.run}"
      }
      p99_ms = {
        title = "Slowest hundredth of requests", filter = "metric.type = \"run.googleapis.com/request_latencies\" AND ${local.run}"
        align = "ALIGN_PERCENTILE_99", reduce = "REDUCE_MAX", factor = 1, denominator = null
      }
      restarts = {
        title = "Restarts", filter = "metric.type = \"logging.googleapis.com/user/${google_logging_metric.restarts.name}\" AND resource.type = \"cloud_run_revision\""
        align = "ALIGN_SUM", reduce = "REDUCE_SUM", factor = 1, denominator = null
      }
    },
    local.sql ? {
      database_storage_percent = {
        title = "Disk of the database", filter = "metric.type = \"cloudsql.googleapis.com/database/disk/utilization\" AND ${local.sql_resource}"
        align = "ALIGN_MEAN", reduce = "REDUCE_MAX", factor = 0.01, denominator = null
      }
      database_connections_percent = {
        title = "Connections of the database", filter = "metric.type = \"cloudsql.googleapis.com/database/${local.postgresql ? "postgresql/num_backends" : "network/connections"}\" AND ${local.sql_resource}"
        align = "ALIGN_MEAN", reduce = "REDUCE_SUM", factor = var.database_max_connections / 100, denominator = null
      }
    } : {},
  )

  alarms = {
    for alarm in(var.metrics ? var.alarms : []) : "${alarm.measure}-${alarm.above}-${alarm.minutes}" => merge(alarm, local.measures[alarm.measure])
    if contains(keys(local.measures), alarm.measure)
  }

  uptime_period_s = [for seconds in [60, 300, 600, 900] : seconds if seconds >= min(var.health_every_s, 900)][0]
}

resource "google_monitoring_notification_channel" "mail" {
  for_each = toset(var.mails)

  display_name = each.value
  type         = "email"
  labels       = { email_address = each.value }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "alarm" {
  for_each = local.alarms

  display_name          = "${local.name}: ${each.value.title} above ${each.value.above}"
  combiner              = "OR"
  severity              = local.production ? "ERROR" : "WARNING"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "${each.value.title} above ${each.value.above} for ${each.value.minutes} min"

    condition_threshold {
      filter             = each.value.filter
      denominator_filter = each.value.denominator
      comparison         = "COMPARISON_GT"
      threshold_value    = each.value.above * each.value.factor
      # Restarts are counted over the whole time; the others must stay above for it.
      duration = each.value.measure == "restarts" ? "0s" : "${each.value.minutes * 60}s"

      aggregations {
        alignment_period     = each.value.measure == "restarts" ? "${each.value.minutes * 60}s" : "60s"
        per_series_aligner   = each.value.align
        cross_series_reducer = each.value.reduce
      }

      dynamic "denominator_aggregations" {
        for_each = each.value.denominator == null ? [] : [1]
        content {
          alignment_period     = "60s"
          per_series_aligner   = each.value.align
          cross_series_reducer = each.value.reduce
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    subject   = "${local.name}: ${each.value.title}"
    mime_type = "text/markdown"
    content   = "${each.value.title} of ${local.name} (${var.environment}) was above ${each.value.above} for ${each.value.minutes} minutes. The product answers at ${local.url}."
  }
}

# Asked from outside, as visitors do.
resource "google_monitoring_uptime_check_config" "health" {
  display_name = "${local.name} answers"
  timeout      = "10s"
  period       = "${local.uptime_period_s}s"
  user_labels  = local.labels

  http_check {
    path         = var.health_path
    port         = local.tls ? 443 : 80
    use_ssl      = local.tls
    validate_ssl = local.tls
    accepted_response_status_codes {
      status_class = "STATUS_CLASS_2XX"
    }
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = local.project
      host       = var.domain == null ? google_compute_global_address.entry["ipv4"].address : var.domain
    }
  }

  lifecycle {
    create_before_destroy = true # the alarm below holds on to it
  }
}

resource "google_monitoring_alert_policy" "silent" {
  count = var.metrics ? 1 : 0

  display_name          = "${local.name}: does not answer"
  combiner              = "OR"
  severity              = local.production ? "CRITICAL" : "WARNING"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "Two places in the world get no answer"

    condition_threshold {
      filter          = "metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type = \"uptime_url\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "0s"

      aggregations {
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    subject   = "${local.name} does not answer"
    mime_type = "text/markdown"
    content   = "${local.url}${var.health_path} was not answered with 200. Look at the newest release of ${local.name}, and go back to the one before."
  }
}
