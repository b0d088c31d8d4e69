# Names and certificates. Records are made in an existing zone; without one, the output dns_records says which are needed.

data "azurerm_dns_zone" "main" {
  count = var.dns_zone == "" ? 0 : 1

  name = var.dns_zone
}

locals {
  # Names that lie in the zone: those of other zones are left to whoever keeps them.
  managed_hosts = toset([for host in local.hosts : host if var.dns_zone != "" && (host == var.dns_zone || endswith(host, ".${var.dns_zone}"))])
  # Name of a record within the zone; the zone itself is @.
  record_names = { for host in local.managed_hosts : host => host == var.dns_zone ? "@" : trimsuffix(host, ".${var.dns_zone}") }
}

resource "azurerm_cdn_frontdoor_secret" "own" {
  count = local.has_domain && var.certificate == "own" ? 1 : 0

  name                     = "own-certificate"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id

  secret {
    customer_certificate {
      key_vault_certificate_id = var.certificate_id
    }
  }
}

resource "azurerm_cdn_frontdoor_custom_domain" "main" {
  for_each = toset(local.hosts)

  name                     = replace(each.key, ".", "-")
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
  dns_zone_id              = contains(local.managed_hosts, each.key) ? data.azurerm_dns_zone.main[0].id : null
  host_name                = each.key

  tls {
    certificate_type        = var.certificate == "own" ? "CustomerCertificate" : "ManagedCertificate"
    minimum_version         = "TLS12"
    cdn_frontdoor_secret_id = var.certificate == "own" ? azurerm_cdn_frontdoor_secret.own[0].id : null

    cipher_suite {
      type = "TLS12_2023"
    }
  }
}

# Proves to Front Door that the name is ours.
resource "azurerm_dns_txt_record" "proof" {
  for_each = local.record_names

  name                = each.value == "@" ? "_dnsauth" : "_dnsauth.${each.value}"
  zone_name           = var.dns_zone
  resource_group_name = data.azurerm_dns_zone.main[0].resource_group_name
  ttl                 = 3600
  tags                = local.tags

  record {
    value = azurerm_cdn_frontdoor_custom_domain.main[each.key].validation_token
  }
}

resource "azurerm_dns_cname_record" "main" {
  for_each = { for host, name in local.record_names : host => name if name != "@" }

  name                = each.value
  zone_name           = var.dns_zone
  resource_group_name = data.azurerm_dns_zone.main[0].resource_group_name
  ttl                 = 3600
  record              = azurerm_cdn_frontdoor_endpoint.main[0].host_name
  tags                = local.tags
}

# The zone itself cannot be a CNAME; an alias record follows the endpoint.
resource "azurerm_dns_a_record" "apex" {
  for_each = { for host, name in local.record_names : host => name if name == "@" }

  name                = "@"
  zone_name           = var.dns_zone
  resource_group_name = data.azurerm_dns_zone.main[0].resource_group_name
  ttl                 = 3600
  target_resource_id  = azurerm_cdn_frontdoor_endpoint.main[0].id
  tags                = local.tags
}
