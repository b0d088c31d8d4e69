# Instances live in one subnet, the private addresses of database, cache and vault in another. What is not named is closed.

resource "azurerm_virtual_network" "main" {
  name                = "vnet-${local.full_name}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  address_space       = [var.network_cidr]
  tags                = local.tags
}

resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = [cidrsubnet(var.network_cidr, 7, 0)]

  delegation {
    name = "container-apps"

    service_delegation {
      name    = "Microsoft.App/environments"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = azurerm_resource_group.main.name
  virtual_network_name              = azurerm_virtual_network.main.name
  address_prefixes                  = [cidrsubnet(var.network_cidr, 8, 2)]
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled" # otherwise the security group would not apply to private endpoints
}

resource "azurerm_network_security_group" "apps" {
  name                = "nsg-${local.full_name}-apps"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_network_security_group" "endpoints" {
  name                = "nsg-${local.full_name}-endpoints"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_subnet_network_security_group_association" "apps" {
  subnet_id                 = azurerm_subnet.apps.id
  network_security_group_id = azurerm_network_security_group.apps.id
}

resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id
  network_security_group_id = azurerm_network_security_group.endpoints.id
}

# Visitors come through Front Door alone when there is one: its own networks are the only ones that are let in.
# The proxy of Container Apps also listens behind 31080 and 31443.
resource "azurerm_network_security_rule" "visitors" {
  # checkov:skip=CKV_AZURE_160:Plain HTTP is answered with a redirect, and only when no Front Door does so.
  name                        = "visitors"
  description                 = local.has_edge ? "Front Door" : "Visitors of the product"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = local.has_edge ? "AzureFrontDoor.Backend" : local.everybody ? "Internet" : null
  source_address_prefixes     = local.has_edge || local.everybody ? null : local.visitors_v4
  source_port_range           = "*"
  destination_port_ranges     = local.has_edge ? ["443", "31443"] : ["80", "443", "31080", "31443"]
  destination_address_prefix  = azurerm_subnet.apps.address_prefixes[0]
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.apps.name
}

resource "azurerm_network_security_rule" "probes" {
  name                        = "probes"
  description                 = "Health checks of the load balancer of Container Apps"
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "AzureLoadBalancer"
  source_port_range           = "*"
  destination_port_range      = "30000-32767"
  destination_address_prefix  = azurerm_subnet.apps.address_prefixes[0]
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.apps.name
}

resource "azurerm_network_security_rule" "inside" {
  name                        = "inside"
  description                 = "Instances among themselves"
  priority                    = 120
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = azurerm_subnet.apps.address_prefixes[0]
  source_port_range           = "*"
  destination_port_range      = "*"
  destination_address_prefix  = azurerm_subnet.apps.address_prefixes[0]
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.apps.name
}

resource "azurerm_network_security_rule" "rest" {
  for_each = {
    apps      = azurerm_network_security_group.apps.name
    endpoints = azurerm_network_security_group.endpoints.name
  }

  name                        = "rest"
  description                 = "Everything else is closed, between the subnets of the network, too"
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  destination_address_prefix  = "*"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = each.value
}

resource "azurerm_network_security_rule" "endpoints" {
  name        = "instances"
  description = "Instances reach database, cache and vault"
  priority    = 100
  direction   = "Inbound"
  access      = "Allow"
  protocol    = "Tcp"
  # A cache answers on 10000, a vault on 443; nothing else listens in this subnet.
  destination_port_ranges     = [tostring(local.database_port), "443", "10000"]
  source_address_prefix       = azurerm_subnet.apps.address_prefixes[0]
  source_port_range           = "*"
  destination_address_prefix  = azurerm_subnet.endpoints.address_prefixes[0]
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.endpoints.name
}

# More openings: those of the database's port lead to its private address, all others to the instances.
resource "azurerm_network_security_rule" "more" {
  for_each = { for index, rule in var.firewall_rules : format("%02d", index) => merge(rule, {
    sources     = [for network in rule.sources : network if !strcontains(network, ":")]
    to_database = rule.port == local.database_port
  }) if anytrue([for network in rule.sources : !strcontains(network, ":")]) }

  name                        = "more-${each.key}"
  description                 = substr(each.value.why, 0, 140)
  priority                    = 200 + tonumber(each.key)
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefixes     = each.value.sources
  source_port_range           = "*"
  destination_port_range      = tostring(each.value.port)
  destination_address_prefix  = each.value.to_database ? azurerm_subnet.endpoints.address_prefixes[0] : azurerm_subnet.apps.address_prefixes[0]
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = each.value.to_database ? azurerm_network_security_group.endpoints.name : azurerm_network_security_group.apps.name
}

# Names of private addresses, one zone for each service that has one.
locals {
  private_zones = merge(
    { vault = "privatelink.vaultcore.azure.net" },
    { database = {
      postgresql = "privatelink.postgres.database.azure.com"
      mysql      = "privatelink.mysql.database.azure.com"
      mongodb    = "privatelink.mongocluster.cosmos.azure.com"
    }[var.database_engine] },
    var.cache_enabled ? { cache = "privatelink.redis.azure.net" } : {},
  )
}

resource "azurerm_private_dns_zone" "main" {
  for_each = local.private_zones

  name                = each.value
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "main" {
  for_each = azurerm_private_dns_zone.main

  name                 = "link-${each.key}"
  private_dns_zone_id  = each.value.id
  virtual_network_id   = azurerm_virtual_network.main.id
  registration_enabled = false
  tags                 = local.tags
}

locals {
  # What is reached by a private address: its identifier and the part of it that is meant.
  private_services = merge(
    { vault = { id = azurerm_key_vault.main.id, part = "vault", zone = "vault" } },
    { for index, id in local.database_ids : (index == 0 ? "database" : "replica-${index}") => {
      id   = id
      part = { postgresql = "postgresqlServer", mysql = "mysqlServer", mongodb = "MongoCluster" }[var.database_engine]
      zone = "database"
    } },
    { for index, id in azurerm_managed_redis.main[*].id : "cache" => { id = id, part = "redisEnterprise", zone = "cache" } },
  )
}

resource "azurerm_private_endpoint" "main" {
  for_each = local.private_services

  name                = "pe-${local.full_name}-${each.key}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.id
    subresource_names              = [each.value.part]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.main[each.value.zone].id]
  }
}
