# One identity for what runs. It may do what is named here, each on one thing, and nothing in the rest of the project.

resource "google_service_account" "app" {
  account_id   = "${local.short}-app"
  display_name = "${local.name}: back end and migrations"
}

locals {
  app_roles = merge(
    local.sql ? {
      "roles/cloudsql.client"       = "resource.service == 'sqladmin.googleapis.com' && resource.name.startsWith('projects/${local.project}/instances/${local.name}')"
      "roles/cloudsql.instanceUser" = "resource.service == 'sqladmin.googleapis.com' && resource.name.startsWith('projects/${local.project}/instances/${local.name}')"
    } : {},
    local.documents ? { "roles/datastore.user" = "resource.name == 'projects/${local.project}/databases/${local.name}'" } : {},
    # Monitoring and Trace know no narrower place than the project.
    var.metrics ? { "roles/monitoring.metricWriter" = "" } : {},
    var.traces ? { "roles/cloudtrace.agent" = "" } : {},
  )
}

resource "google_project_iam_member" "app" {
  for_each = local.app_roles

  project = local.project
  role    = each.key
  member  = google_service_account.app.member

  dynamic "condition" {
    for_each = each.value == "" ? [] : [each.value]
    content {
      title       = "only ${local.name}"
      description = "What belongs to this stack"
      expression  = condition.value
    }
  }
}

resource "google_secret_manager_secret_iam_member" "app" {
  for_each = toset([for secret in values(var.secrets) : secret.store])

  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.app.member
}

resource "google_secret_manager_secret_iam_member" "cache_url" {
  count = var.cache_enabled ? 1 : 0

  secret_id = google_secret_manager_secret.cache_url[0].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.app.member
}

# Whoever rolls releases out: pushes images, uploads pages, changes the service and starts the migrations.

resource "google_artifact_registry_repository_iam_member" "deployer" {
  for_each = toset(var.deployers)

  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = each.value
}

resource "google_storage_bucket_iam_member" "deployer" {
  for_each = toset(var.deployers)

  bucket = google_storage_bucket.pages.name
  role   = "roles/storage.objectUser"
  member = each.value
}

resource "google_cloud_run_v2_service_iam_member" "deployer" {
  for_each = toset(var.deployers)

  location = var.region
  name     = google_cloud_run_v2_service.app.name
  role     = "roles/run.developer"
  member   = each.value
}

resource "google_cloud_run_v2_job_iam_member" "deployer" {
  for_each = toset(var.deployers)

  location = var.region
  name     = google_cloud_run_v2_job.migrate.name
  role     = "roles/run.developer"
  member   = each.value
}

resource "google_service_account_iam_member" "deployer" {
  for_each = toset(var.deployers)

  service_account_id = google_service_account.app.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.value
}
