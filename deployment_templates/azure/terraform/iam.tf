# One identity runs the back end. It may pull its image, read exactly its own secrets, and send traces; nothing else.

resource "azurerm_user_assigned_identity" "app" {
  name                = "id-${local.full_name}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_role_assignment" "pull" {
  scope                = azurerm_container_registry.main.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
  principal_type       = "ServicePrincipal"
}

# Each secret by itself, not the whole vault.
resource "azurerm_role_assignment" "secret" {
  for_each = local.readable_secrets

  scope                = "${each.value.vault_id}/secrets/${each.value.name}"
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "traces" {
  count = var.traces_enabled ? 1 : 0

  scope                = azurerm_application_insights.main[0].id
  role_definition_name = "Monitoring Metrics Publisher"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
  principal_type       = "ServicePrincipal"
}

# Whoever applies this stack writes the address of the database into the vault.
resource "azurerm_role_assignment" "operator" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = data.azurerm_client_config.current.object_id
}
