resource "digitalocean_container_registry" "main" {
  count = var.registry == null ? 1 : 0

  name                   = local.unique
  region                 = var.region
  subscription_tier_slug = var.registry_tier
}
