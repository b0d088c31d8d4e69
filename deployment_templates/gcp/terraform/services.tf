# The services of Google that are used. They stay on when the stack goes: others in the project may need them.

resource "google_project_service" "api" {
  for_each = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "compute.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "servicenetworking.googleapis.com",
      "storage.googleapis.com",
    ],
    local.sql ? ["sqladmin.googleapis.com"] : [],
    local.documents ? ["firestore.googleapis.com"] : [],
    local.tls ? ["certificatemanager.googleapis.com"] : [],
    var.manage_dns ? ["dns.googleapis.com"] : [],
    var.cache_enabled ? ["redis.googleapis.com"] : [],
    var.customer_managed_keys ? ["cloudkms.googleapis.com"] : [],
    var.traces ? ["cloudtrace.googleapis.com"] : [],
  ))

  service            = each.value
  disable_on_destroy = false
}
