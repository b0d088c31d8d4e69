resource "digitalocean_database_cluster" "cache" {
  count = var.cache_enabled ? 1 : 0

  name                 = "${local.name}-cache"
  engine               = "valkey"
  version              = "8"
  size                 = var.cache_size
  region               = var.region
  node_count           = 1
  eviction_policy      = "allkeys_lru" # a full cache forgets what was not asked for the longest
  private_network_uuid = digitalocean_vpc.main.id
  tags                 = local.tags
}
