# Images of all releases. Nobody signs in with a password; instances pull with their identity.

resource "azurerm_container_registry" "main" {
  # checkov:skip=CKV_AZURE_139:CI pushes from outside the network, as itself; there is no password and no anonymous pull.
  # checkov:skip=CKV_AZURE_163:Images are scanned by the pipeline before they are pushed.
  # checkov:skip=CKV_AZURE_164:Trust in contents was retired by Azure; signatures are made and checked by the pipeline.
  # checkov:skip=CKV_AZURE_165:One region serves; another one is a deployment of its own.
  # checkov:skip=CKV_AZURE_166:Quarantine needs a scanner that releases images; the pipeline scans before it pushes.
  # checkov:skip=CKV_AZURE_167:Old images are what a release goes back to; production keeps untagged ones for a month.
  # checkov:skip=CKV_AZURE_233:Zones come with the premium tier, which production has.
  # checkov:skip=CKV_AZURE_237:Dedicated endpoints come with the premium tier, which production has.
  name                          = local.registry_name
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  sku                           = local.production ? "Premium" : "Standard"
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  public_network_access_enabled = true
  data_endpoint_enabled         = local.production
  zone_redundancy_enabled       = local.production
  retention_policy_in_days      = local.production ? 30 : null
  tags                          = local.tags
}
