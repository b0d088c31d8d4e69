# The built front end, when it is served from the edge. Files are written as somebody, never with a shared key.

resource "azurerm_storage_account" "pages" {
  # checkov:skip=CKV_AZURE_33:No queues are used.
  # checkov:skip=CKV_AZURE_59:Pages are what the public reads; Front Door fetches them from the web endpoint, containers stay private.
  # checkov:skip=CKV_AZURE_206:The built pages can be built again; copies in another zone are enough.
  # checkov:skip=CKV2_AZURE_1:Pages are public; keys of the platform encrypt them.
  # checkov:skip=CKV2_AZURE_33:Front Door Standard comes by the web endpoint.
  count = var.cdn_enabled ? 1 : 0

  name                              = local.storage_name
  location                          = azurerm_resource_group.main.location
  resource_group_name               = azurerm_resource_group.main.name
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  account_kind                      = "StorageV2"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  blob_properties {
    versioning_enabled  = var.point_in_time
    change_feed_enabled = var.point_in_time

    delete_retention_policy {
      days = var.backup_days
    }

    container_delete_retention_policy {
      days = var.backup_days
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
    expiration_action = "Block"
  }
}

resource "azurerm_storage_account_static_website" "pages" {
  count = var.cdn_enabled ? 1 : 0

  storage_account_id = azurerm_storage_account.pages[0].id
  index_document     = "index.html"
  error_404_document = "index.html" # the front end knows its own addresses
}

# Old versions of pages are not kept for ever.
resource "azurerm_storage_management_policy" "pages" {
  count = var.cdn_enabled && var.point_in_time ? 1 : 0

  storage_account_id = azurerm_storage_account.pages[0].id

  rule {
    name    = "old-versions"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = var.backup_days
      }
    }
  }
}
