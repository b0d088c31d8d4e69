# Copies that outlive the server: the server's own backups are deleted with it, these are not.

resource "azurerm_data_protection_backup_vault" "main" {
  count = var.backups_enabled && !local.is_mongodb ? 1 : 0

  name                         = "bv-${local.full_name}"
  location                     = azurerm_resource_group.main.location
  resource_group_name          = azurerm_resource_group.main.name
  datastore_type               = "VaultStore"
  redundancy                   = var.geo_backups ? "GeoRedundant" : "ZoneRedundant"
  cross_region_restore_enabled = var.geo_backups ? true : null
  soft_delete                  = "On"
  retention_duration_in_days   = 14
  immutability                 = local.production ? "Unlocked" : "Disabled"
  tags                         = local.tags

  identity {
    type = "SystemAssigned"
  }
}

locals {
  # A backup a week is all that the service offers for these servers; the server keeps daily ones by itself.
  schedule = [format("R/2024-01-07T%02d:00:00+00:00/P1W", var.backup_hour)]
  # Long enough to have two of them at any time.
  keep = "P${max(14, var.backup_days)}D"
}

# The vault may read the server, and see the group it lies in.
resource "azurerm_role_assignment" "backup_reader" {
  count = length(azurerm_data_protection_backup_vault.main)

  scope                = azurerm_resource_group.main.id
  role_definition_name = "Reader"
  principal_id         = azurerm_data_protection_backup_vault.main[0].identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "backup_server" {
  count = length(azurerm_data_protection_backup_vault.main)

  scope                = local.database_ids[0]
  role_definition_name = local.is_postgresql ? "PostgreSQL Flexible Server Long Term Retention Backup Role" : "MySQL Backup And Export Operator"
  principal_id         = azurerm_data_protection_backup_vault.main[0].identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_data_protection_backup_policy_postgresql_flexible_server" "main" {
  count = var.backups_enabled && local.is_postgresql ? 1 : 0

  name                            = "weekly"
  vault_id                        = azurerm_data_protection_backup_vault.main[0].id
  backup_repeating_time_intervals = local.schedule
  time_zone                       = "UTC"

  default_retention_rule {
    life_cycle {
      data_store_type = "VaultStore"
      duration        = local.keep
    }
  }
}

resource "azurerm_data_protection_backup_instance_postgresql_flexible_server" "main" {
  count = var.backups_enabled && local.is_postgresql ? 1 : 0

  name             = "database"
  location         = azurerm_resource_group.main.location
  vault_id         = azurerm_data_protection_backup_vault.main[0].id
  server_id        = azurerm_postgresql_flexible_server.main[0].id
  backup_policy_id = azurerm_data_protection_backup_policy_postgresql_flexible_server.main[0].id

  depends_on = [azurerm_role_assignment.backup_reader, azurerm_role_assignment.backup_server]
}

resource "azurerm_data_protection_backup_policy_mysql_flexible_server" "main" {
  count = var.backups_enabled && local.is_mysql ? 1 : 0

  name                            = "weekly"
  vault_id                        = azurerm_data_protection_backup_vault.main[0].id
  backup_repeating_time_intervals = local.schedule
  time_zone                       = "UTC"

  default_retention_rule {
    life_cycle {
      data_store_type = "VaultStore"
      duration        = local.keep
    }
  }
}

resource "azurerm_data_protection_backup_instance_mysql_flexible_server" "main" {
  count = var.backups_enabled && local.is_mysql ? 1 : 0

  name             = "database"
  location         = azurerm_resource_group.main.location
  vault_id         = azurerm_data_protection_backup_vault.main[0].id
  server_id        = azurerm_mysql_flexible_server.main[0].id
  backup_policy_id = azurerm_data_protection_backup_policy_mysql_flexible_server.main[0].id

  depends_on = [azurerm_role_assignment.backup_reader, azurerm_role_assignment.backup_server]
}
