# Azure Managed Redis (the older Azure Cache for Redis is being retired). Keys are switched off: instances come as themselves.

resource "azurerm_managed_redis" "main" {
  count = var.cache_enabled ? 1 : 0

  name                      = "redis-${local.unique}"
  location                  = azurerm_resource_group.main.location
  resource_group_name       = azurerm_resource_group.main.name
  sku_name                  = var.cache_sku
  high_availability_enabled = local.production
  public_network_access     = "Disabled"
  tags                      = local.tags

  default_database {
    access_keys_authentication_enabled = false
    client_protocol                    = "Encrypted"
    clustering_policy                  = "EnterpriseCluster" # one address, as clients without cluster support expect
    eviction_policy                    = "AllKeysLRU"
  }
}

resource "azurerm_managed_redis_access_policy_assignment" "app" {
  count = var.cache_enabled ? 1 : 0

  managed_redis_id = azurerm_managed_redis.main[0].id
  object_id        = azurerm_user_assigned_identity.app.principal_id
}
