# A vault for the deployment. Secrets are named here and read by the instances with their own identity; no value passes through Terraform's state.

data "azurerm_resources" "vault" {
  for_each = toset([for place in concat(values(var.secrets), var.webhook == null ? [] : [var.webhook]) : place.vault if place.vault != ""])

  type = "Microsoft.KeyVault/vaults"
  name = each.key
}

resource "azurerm_key_vault" "main" {
  # checkov:skip=CKV_AZURE_189:Closed to all networks but those of operators by the rules below; instances come by the private endpoint.
  name                          = local.vault_name
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = local.production ? 90 : 7
  public_network_access_enabled = length(var.operator_networks) > 0
  tags                          = local.tags

  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
    ip_rules       = var.operator_networks
  }
}

locals {
  # The address of the database as the back end expects it. That of MongoDB holds no secret: instances come as themselves.
  database_scheme = local.is_postgresql ? "postgresql" : "mysql"
  database_host = one(concat(
    azurerm_postgresql_flexible_server.main[*].fqdn,
    azurerm_mysql_flexible_server.main[*].fqdn,
  ))
  mongodb_url = local.is_mongodb ? join("", [
    "mongodb+srv://${azurerm_user_assigned_identity.app.client_id}@${azurerm_mongo_cluster.main[0].name}.global.mongocluster.cosmos.azure.com/${local.database_name}",
    "?tls=true&authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:azure,TOKEN_RESOURCE:https%3A%2F%2Fossrdbms-aad.database.windows.net",
  ]) : ""

  # Environment variable → where its value lies.
  own_secrets = local.is_mongodb ? {} : { DATABASE_URL = { vault = "", name = "database-url", version = "" } }
  vault_secrets = { for variable, place in merge(var.secrets, local.own_secrets) : variable => {
    name     = place.name
    key      = lower(replace(variable, "_", "-"))
    vault_id = place.vault == "" ? azurerm_key_vault.main.id : data.azurerm_resources.vault[place.vault].resources[0].id
    url = join("/", compact([
      place.vault == "" ? trimsuffix(azurerm_key_vault.main.vault_uri, "/") : "https://${place.vault}.vault.azure.net",
      "secrets", place.name, place.version,
    ]))
  } }
  readable_secrets = { for variable, secret in local.vault_secrets : secret.key => secret }
}

resource "azurerm_key_vault_secret" "database_url" {
  # checkov:skip=CKV_AZURE_41:It is made anew with each password; an end of its own would only stop the product.
  count = local.is_mongodb ? 0 : 1

  name             = "database-url"
  key_vault_id     = azurerm_key_vault.main.id
  content_type     = "text/plain; address of the database with its password"
  value_wo         = "${local.database_scheme}://${local.administrator}:${var.database_password == null ? "" : var.database_password}@${local.database_host}:${local.database_port}/${local.database_name}${local.is_postgresql ? "?sslmode=require" : "?ssl=true"}"
  value_wo_version = var.database_password_version
  tags             = local.tags

  depends_on = [azurerm_role_assignment.operator, azurerm_private_endpoint.main]
}
