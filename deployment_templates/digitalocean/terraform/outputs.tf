output "url" {
  description = "Where visitors reach it."
  value       = local.url
}

output "records_to_make" {
  description = "Names whose CNAME you make yourself, to the address of the app."
  value       = { for host in local.hosts : host => digitalocean_app.main.default_ingress if !local.dns }
}

output "roll_out" {
  description = "What rolling a release out needs: the app, its components, and where images go."
  value = {
    app         = digitalocean_app.main.id
    component   = "app"
    pages       = local.pages_image == null ? null : "pages"
    job         = "migrate"
    registry    = var.registry == null ? digitalocean_container_registry.main[0].endpoint : "registry.digitalocean.com/${var.registry}"
    health_path = var.health_path
  }
}

output "secrets" {
  description = "Which secrets roll_out reads and sets, encrypted, for the components; names of places, no values."
  value       = var.secrets
}

output "database" {
  description = "What backing up and restoring need."
  value = {
    cluster = digitalocean_database_cluster.main.id
    name    = digitalocean_database_db.app.name
    backups = one(digitalocean_spaces_bucket.backups[*].name)
  }
}
