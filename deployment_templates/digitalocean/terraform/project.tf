# What belongs together in the control panel and on the bill.
resource "digitalocean_project" "main" {
  name        = local.name
  description = "Made by Terraform for ${var.name}"
  purpose     = "Web Application"
  environment = local.production ? "Production" : "Staging"
}

resource "digitalocean_project_resources" "main" {
  project = digitalocean_project.main.id
  resources = concat(
    [digitalocean_database_cluster.main.urn],
    digitalocean_database_cluster.cache[*].urn,
    digitalocean_spaces_bucket.public[*].urn,
    digitalocean_spaces_bucket.backups[*].urn,
    digitalocean_domain.main[*].urn,
  )
}
