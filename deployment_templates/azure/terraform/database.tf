# One server of the chosen kind, reached by a private address. Its password is write-only: neither plan nor state holds it.
# Storage and backups are encrypted by Azure with keys of the platform.

locals {
  administrator = "${replace(substr(var.name, 0, 20), "-", "_")}_admin"
  database_name = replace(var.name, "-", "_")

  database_ids = concat(
    azurerm_postgresql_flexible_server.main[*].id,
    azurerm_postgresql_flexible_server.replica[*].id,
    azurerm_mysql_flexible_server.main[*].id,
    azurerm_mysql_flexible_server.replica[*].id,
    azurerm_mongo_cluster.main[*].id,
  )

  # Networks that may come from the internet when the database has a public address. Azure takes first and last address.
  public_sources = var.database_public ? { for network in distinct(flatten([
    for rule in var.firewall_rules : [for network in rule.sources : network if !strcontains(network, ":")]
    if rule.port == local.database_port
    ])) : replace(replace(network, ".", "-"), "/", "_") => {
    first = cidrhost(network, 0)
    last  = cidrhost(network, -1)
  } } : {}
}

# PostgreSQL

resource "azurerm_postgresql_flexible_server" "main" {
  # checkov:skip=CKV_AZURE_136:Backups in the paired region are the choice geo_backups; staging seldom pays for them.
  count = local.is_postgresql ? 1 : 0

  name                              = "psql-${local.unique}"
  location                          = azurerm_resource_group.main.location
  resource_group_name               = azurerm_resource_group.main.name
  version                           = var.database_version
  sku_name                          = var.database_sku
  storage_mb                        = var.database_storage_gb * 1024
  auto_grow_enabled                 = var.database_auto_grow
  administrator_login               = local.administrator
  administrator_password_wo         = var.database_password
  administrator_password_wo_version = var.database_password_version
  backup_retention_days             = var.backup_days
  geo_redundant_backup_enabled      = var.geo_backups
  public_network_access_enabled     = var.database_public
  tags                              = local.tags

  authentication {
    password_auth_enabled         = true
    active_directory_auth_enabled = false
  }

  dynamic "high_availability" {
    for_each = var.database_high_availability ? [1] : []

    content {
      mode = "ZoneRedundant"
    }
  }

  maintenance_window {
    day_of_week  = 0
    start_hour   = (var.backup_hour + 1) % 24
    start_minute = 0
  }

  lifecycle {
    # Azure chooses zones and swaps them at a take-over; storage that has grown stays grown.
    ignore_changes = [zone, high_availability[0].standby_availability_zone, storage_mb]
  }
}

resource "azurerm_postgresql_flexible_server" "replica" {
  # checkov:skip=CKV2_AZURE_57:Private endpoints of all servers are made in one loop, in network.tf.
  count = local.is_postgresql ? var.database_replicas : 0

  name                          = "psql-${local.unique}-r${count.index + 1}"
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  create_mode                   = "Replica"
  source_server_id              = azurerm_postgresql_flexible_server.main[0].id
  sku_name                      = var.database_sku
  storage_mb                    = var.database_storage_gb * 1024
  auto_grow_enabled             = var.database_auto_grow
  public_network_access_enabled = var.database_public
  tags                          = local.tags

  lifecycle {
    ignore_changes = [zone, storage_mb]
  }
}

resource "azurerm_postgresql_flexible_server_database" "main" {
  count = local.is_postgresql ? 1 : 0

  name      = local.database_name
  server_id = azurerm_postgresql_flexible_server.main[0].id
  charset   = "UTF8"
  collation = "en_US.utf8"
}

resource "azurerm_postgresql_flexible_server_configuration" "main" {
  for_each = local.is_postgresql ? {
    require_secure_transport = "on"
    ssl_min_protocol_version = "TLSv1.2"
    log_checkpoints          = "on"
    log_connections          = var.access_log ? "on" : "off"
    log_disconnections       = var.access_log ? "on" : "off"
  } : {}

  name      = each.key
  value     = each.value
  server_id = azurerm_postgresql_flexible_server.main[0].id
}

resource "azurerm_postgresql_flexible_server_firewall_rule" "main" {
  for_each = local.is_postgresql ? local.public_sources : {}

  name             = "from-${each.key}"
  server_id        = azurerm_postgresql_flexible_server.main[0].id
  start_ip_address = each.value.first
  end_ip_address   = each.value.last
}

# MySQL

resource "azurerm_mysql_flexible_server" "main" {
  # checkov:skip=CKV_AZURE_94:Backups in the paired region are the choice geo_backups; staging seldom pays for them.
  # checkov:skip=CKV_AZURE_53:Closed, unless somebody chose a public database for the networks that firewall_rules names.
  # checkov:skip=CKV2_AZURE_56:Private endpoints of all servers are made in one loop, in network.tf.
  count = local.is_mysql ? 1 : 0

  name                              = "mysql-${local.unique}"
  location                          = azurerm_resource_group.main.location
  resource_group_name               = azurerm_resource_group.main.name
  version                           = var.database_version
  sku_name                          = var.database_sku
  administrator_login               = local.administrator
  administrator_password_wo         = var.database_password
  administrator_password_wo_version = var.database_password_version
  backup_retention_days             = var.backup_days
  geo_redundant_backup_enabled      = var.geo_backups
  public_network_access             = var.database_public ? "Enabled" : "Disabled"
  tags                              = local.tags

  storage {
    size_gb           = var.database_storage_gb
    auto_grow_enabled = var.database_auto_grow
  }

  dynamic "high_availability" {
    for_each = var.database_high_availability ? [1] : []

    content {
      mode = "ZoneRedundant"
    }
  }

  maintenance_window {
    day_of_week  = 0
    start_hour   = (var.backup_hour + 1) % 24
    start_minute = 0
  }

  lifecycle {
    ignore_changes = [zone, high_availability[0].standby_availability_zone, storage[0].size_gb]
  }
}

resource "azurerm_mysql_flexible_server" "replica" {
  # checkov:skip=CKV_AZURE_94:The backups are those of the server that it copies.
  # checkov:skip=CKV_AZURE_53:Closed, unless somebody chose a public database for the networks that firewall_rules names.
  # checkov:skip=CKV2_AZURE_56:Private endpoints of all servers are made in one loop, in network.tf.
  count = local.is_mysql ? var.database_replicas : 0

  name                  = "mysql-${local.unique}-r${count.index + 1}"
  location              = azurerm_resource_group.main.location
  resource_group_name   = azurerm_resource_group.main.name
  create_mode           = "Replica"
  source_server_id      = azurerm_mysql_flexible_server.main[0].id
  sku_name              = var.database_sku
  public_network_access = var.database_public ? "Enabled" : "Disabled"
  tags                  = local.tags

  lifecycle {
    ignore_changes = [zone]
  }
}

resource "azurerm_mysql_flexible_database" "main" {
  count = local.is_mysql ? 1 : 0

  name                = local.database_name
  resource_group_name = azurerm_resource_group.main.name
  server_name         = azurerm_mysql_flexible_server.main[0].name
  charset             = "utf8mb4"
  collation           = "utf8mb4_0900_ai_ci"
}

resource "azurerm_mysql_flexible_server_configuration" "main" {
  for_each = local.is_mysql ? {
    require_secure_transport = "ON"
    tls_version              = "TLSv1.2,TLSv1.3"
  } : {}

  name                = each.key
  value               = each.value
  resource_group_name = azurerm_resource_group.main.name
  server_name         = azurerm_mysql_flexible_server.main[0].name
}

resource "azurerm_mysql_flexible_server_firewall_rule" "main" {
  for_each = local.is_mysql ? local.public_sources : {}

  name                = "from-${each.key}"
  resource_group_name = azurerm_resource_group.main.name
  server_name         = azurerm_mysql_flexible_server.main[0].name
  start_ip_address    = each.value.first
  end_ip_address      = each.value.last
}

# MongoDB: Azure DocumentDB. Its provider has no write-only password, so that people and programs come as themselves.

resource "azurerm_mongo_cluster" "main" {
  count = local.is_mongodb ? 1 : 0

  name                   = "mongo-${local.unique}"
  location               = azurerm_resource_group.main.location
  resource_group_name    = azurerm_resource_group.main.name
  version                = var.database_version
  compute_tier           = var.database_sku
  storage_size_in_gb     = var.database_storage_gb
  shard_count            = 1
  high_availability_mode = var.database_high_availability ? "ZoneRedundantPreferred" : "Disabled"
  authentication_methods = ["MicrosoftEntraID"]
  public_network_access  = var.database_public ? "Enabled" : "Disabled"
  tags                   = local.tags
}

resource "azurerm_mongo_cluster_user" "app" {
  count = local.is_mongodb ? 1 : 0

  object_id              = azurerm_user_assigned_identity.app.principal_id
  mongo_cluster_id       = azurerm_mongo_cluster.main[0].id
  identity_provider_type = "MicrosoftEntraID"
  principal_type         = "servicePrincipal"

  role {
    database = "admin"
    name     = "root" # the only role that the service knows for now
  }
}

resource "azurerm_mongo_cluster_firewall_rule" "main" {
  for_each = local.is_mongodb ? local.public_sources : {}

  name             = "from-${each.key}"
  mongo_cluster_id = azurerm_mongo_cluster.main[0].id
  start_ip_address = each.value.first
  end_ip_address   = each.value.last
}

# Deletion takes two steps: the lock first, then the server.
resource "azurerm_management_lock" "database" {
  count = var.database_locked ? 1 : 0

  name       = "keep-database"
  scope      = local.database_ids[0]
  lock_level = "CanNotDelete"
  notes      = "Take this lock off in a step of its own before the database is deleted."
}
