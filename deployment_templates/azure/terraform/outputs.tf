# What rolling a release out needs, and what people ask for.

output "resource_group" {
  description = "Group of all resources."
  value       = azurerm_resource_group.main.name
}

output "container_app" {
  description = "Container app whose revisions are the releases."
  value       = azurerm_container_app.backend.name
}

output "migrate_job" {
  description = "Job that brings the tables up to date; started by name with the image of the release."
  value       = azurerm_container_app_job.migrate.name
}

output "registry" {
  description = "Address of the registry that images are pushed to."
  value       = azurerm_container_registry.main.login_server
}

output "identity_client_id" {
  description = "Identity of the back end."
  value       = azurerm_user_assigned_identity.app.client_id
}

output "vault" {
  description = "Vault of the deployment."
  value       = azurerm_key_vault.main.name
}

output "database_server" {
  description = "Identifier of the database server."
  value       = local.database_ids[0]
}

output "replica_servers" {
  description = "Identifiers of the copies that answer reads."
  value       = slice(local.database_ids, 1, length(local.database_ids))
}

output "pages_storage" {
  description = "Storage account that the built front end is uploaded to, into the container $web; null: there is no CDN."
  value       = one(azurerm_storage_account.pages[*].name)
}

output "edge_endpoint" {
  description = "Endpoint of Front Door whose caches are emptied when pages change; null: there is none."
  value       = one(azurerm_cdn_frontdoor_endpoint.main[*].id)
}

output "url" {
  description = "Where it is reached."
  value = join("", [
    local.is_open ? "http://" : "https://",
    local.has_domain ? var.domain : local.has_edge ? azurerm_cdn_frontdoor_endpoint.main[0].host_name : azurerm_container_app.backend.ingress[0].fqdn,
  ])
}

output "dns_records" {
  description = "Records that somebody has to make, as they are not in a zone of this stack: name → CNAME and TXT."
  value = { for host in local.hosts : host => {
    cname = azurerm_cdn_frontdoor_endpoint.main[0].host_name
    proof = azurerm_cdn_frontdoor_custom_domain.main[host].validation_token
  } if !contains(local.managed_hosts, host) }
}
