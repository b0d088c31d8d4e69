data "azurerm_client_config" "current" {}

locals {
  production = var.environment == "production"
  full_name  = "${var.name}-${var.environment}"
  compact    = replace(local.full_name, "-", "")

  # Some names must be free in all of Azure, and short: they end in a digest of the subscription and the product.
  suffix = substr(sha1("${data.azurerm_client_config.current.subscription_id}/${local.full_name}"), 0, 6)
  unique = "${substr(local.full_name, 0, 40)}-${local.suffix}"

  app_name      = trimsuffix(substr(local.full_name, 0, 28), "-")
  vault_name    = "kv-${substr(local.compact, 0, 12)}-${local.suffix}"
  storage_name  = "st${substr(local.compact, 0, 14)}${local.suffix}"
  registry_name = "cr${substr(local.compact, 0, 40)}${local.suffix}"

  tags = merge(var.tags, {
    project     = var.name
    environment = var.environment
    managed-by  = "terraform"
  })

  # Front Door stands before everything as soon as there is a name of its own or files at the edge.
  has_domain = var.domain != ""
  has_edge   = local.has_domain || var.cdn_enabled
  is_open    = var.certificate == "none"

  # The network knows IPv4 only; Front Door knows both.
  visitors_v4 = [for network in var.visitors : network if !strcontains(network, ":")]
  everybody   = contains(var.visitors, "0.0.0.0/0")

  database_port = { postgresql = 5432, mysql = 3306, mongodb = 10260 }[var.database_engine]
  is_postgresql = var.database_engine == "postgresql"
  is_mysql      = var.database_engine == "mysql"
  is_mongodb    = var.database_engine == "mongodb"
}

resource "azurerm_resource_group" "main" {
  name     = "rg-${local.full_name}"
  location = var.region
  tags     = local.tags
}
