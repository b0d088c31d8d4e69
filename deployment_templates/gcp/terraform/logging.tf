# Logs of this stack in a bucket of their own, so that they are kept as long as was chosen.

locals {
  log_resources = join(" OR ", concat(
    [
      "(resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${local.name}\")",
      "(resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"${local.name}-migrate\")",
      "(resource.type=\"http_load_balancer\" AND resource.labels.url_map_name=\"${local.name}\")",
    ],
    local.sql ? ["(resource.type=\"cloudsql_database\" AND resource.labels.database_id:\"${local.project}:${local.name}\")"] : [],
  ))
}

resource "google_logging_project_bucket_config" "main" {
  project        = local.project
  location       = var.region
  bucket_id      = local.name
  description    = "Logs of ${local.name}"
  retention_days = var.log_days

  depends_on = [google_project_service.api]
}

resource "google_logging_project_sink" "main" {
  name                   = local.name
  description            = "Logs of ${local.name} into their own bucket"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.main.id}"
  filter                 = local.log_resources
  unique_writer_identity = true

  dynamic "exclusions" {
    for_each = var.access_log ? [] : [1]
    content {
      name        = "requests"
      description = "No line for each request"
      filter      = "log_id(\"run.googleapis.com/requests\") OR log_id(\"requests\")"
    }
  }
}

# Kept once: what lies in the bucket of this stack is not paid for a second time in the project's bucket.
resource "google_logging_project_exclusion" "default" {
  name        = local.name
  description = "Logs of ${local.name} lie in their own bucket"
  filter      = local.log_resources

  depends_on = [google_logging_project_sink.main]
}

# How often a container ended by itself or was ended: the alarm on restarts counts these lines.
resource "google_logging_metric" "restarts" {
  name        = "${local.name}-restarts"
  description = "Containers of ${local.name} that ended"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${local.name}\" AND log_id(\"run.googleapis.com/varlog/system\") AND textPayload=~\"(Container called exit|Uncaught signal|Memory limit of|failed liveness)\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }
}
