output "url" {
  description = "Where visitors reach it."
  value       = local.url
}

output "addresses" {
  description = "What the domain has to point to (A and AAAA), when DNS is not managed here."
  value       = { for name, address in google_compute_global_address.entry : name => address.address }
}

output "records_to_make" {
  description = "Names whose records you make yourself, to the addresses above."
  value       = [for host in local.hosts : host if !contains(local.hosts_in_zone, host)]
}

output "name_servers" {
  description = "Delegate the domain to these, when the zone was made here."
  value       = one(google_dns_managed_zone.main[*].name_servers)
}

output "roll_out" {
  description = "What rolling a release out needs: where images and pages go, and what is told to use them."
  value = {
    project      = local.project
    region       = var.region
    service      = google_cloud_run_v2_service.app.name
    container    = "app"
    job          = google_cloud_run_v2_job.migrate.name
    repository   = google_artifact_registry_repository.images.registry_uri
    pages_bucket = google_storage_bucket.pages.name
    url_map      = google_compute_url_map.main.name # whose cached pages are forgotten after the switch
    health_path  = var.health_path
  }
}

output "database" {
  description = "What backing up and restoring need."
  value = local.documents ? google_firestore_database.main[0].name : (
    local.sql ? google_sql_database_instance.main[0].name : null
  )
}

output "logs" {
  description = "The bucket of logs."
  value       = google_logging_project_bucket_config.main.id
}

output "identity" {
  description = "The service account of what runs. Give it access to what else it needs."
  value       = google_service_account.app.email
}
