# Front Door: the name, its certificate, redirects, edge caches, and who is let in. Made when there is a domain or a CDN.

locals {
  content_types = [
    "application/javascript", "application/json", "application/manifest+json", "application/xml", "image/svg+xml",
    "text/css", "text/html", "text/javascript", "text/plain",
  ]
  hosts     = local.has_domain ? concat([var.domain], var.aliases) : []
  protocols = ["Http", "Https"]

  # Front Door writes durations as days.hours:minutes:seconds.
  cache_times = { for name, seconds in { assets = var.cdn_assets_s, pages = var.cdn_pages_s } : name => format(
    "%d.%02d:%02d:%02d", floor(seconds / 86400), floor(seconds % 86400 / 3600), floor(seconds % 3600 / 60), seconds % 60
  ) }
}

resource "azurerm_cdn_frontdoor_profile" "main" {
  count = local.has_edge ? 1 : 0

  name                     = "afd-${local.full_name}"
  resource_group_name      = azurerm_resource_group.main.name
  sku_name                 = var.cdn_sku
  response_timeout_seconds = max(16, min(240, var.request_timeout_s))
  tags                     = local.tags
}

resource "azurerm_cdn_frontdoor_endpoint" "main" {
  count = local.has_edge ? 1 : 0

  name                     = local.unique
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
  tags                     = local.tags
}

resource "azurerm_cdn_frontdoor_origin_group" "backend" {
  count = local.has_edge ? 1 : 0

  name                     = "backend"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
  session_affinity_enabled = false

  health_probe {
    path                = var.health_path
    protocol            = "Https"
    request_type        = "GET"
    interval_in_seconds = min(255, max(5, var.health_interval_s))
  }

  load_balancing {
    sample_size                 = 4
    successful_samples_required = 3
  }
}

resource "azurerm_cdn_frontdoor_origin" "backend" {
  count = local.has_edge ? 1 : 0

  name                           = "backend"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.backend[0].id
  host_name                      = azurerm_container_app.backend.ingress[0].fqdn
  origin_host_header             = azurerm_container_app.backend.ingress[0].fqdn
  certificate_name_check_enabled = true
  enabled                        = true
}

resource "azurerm_cdn_frontdoor_origin_group" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                     = "pages"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
  session_affinity_enabled = false

  load_balancing {
    sample_size                 = 4
    successful_samples_required = 3
  }
}

resource "azurerm_cdn_frontdoor_origin" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                           = "pages"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.pages[0].id
  host_name                      = azurerm_storage_account.pages[0].primary_web_host
  origin_host_header             = azurerm_storage_account.pages[0].primary_web_host
  certificate_name_check_enabled = true
  enabled                        = true
}

# What the back end answers is never kept at the edge.
resource "azurerm_cdn_frontdoor_route" "backend" {
  count = local.has_edge ? 1 : 0

  name                            = "backend"
  cdn_frontdoor_endpoint_id       = azurerm_cdn_frontdoor_endpoint.main[0].id
  cdn_frontdoor_origin_group_id   = azurerm_cdn_frontdoor_origin_group.backend[0].id
  cdn_frontdoor_origin_ids        = [azurerm_cdn_frontdoor_origin.backend[0].id]
  cdn_frontdoor_rule_set_ids      = azurerm_cdn_frontdoor_rule_set.main[*].id
  cdn_frontdoor_custom_domain_ids = [for host in local.hosts : azurerm_cdn_frontdoor_custom_domain.main[host].id]
  patterns_to_match               = var.cdn_enabled ? ["/api/*", var.health_path] : ["/*"]
  supported_protocols             = local.protocols
  forwarding_protocol             = "HttpsOnly"
  https_redirect_enabled          = var.redirect_to_https && !local.is_open
  link_to_default_domain          = !local.has_domain
}

resource "azurerm_cdn_frontdoor_route" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                            = "pages"
  cdn_frontdoor_endpoint_id       = azurerm_cdn_frontdoor_endpoint.main[0].id
  cdn_frontdoor_origin_group_id   = azurerm_cdn_frontdoor_origin_group.pages[0].id
  cdn_frontdoor_origin_ids        = [azurerm_cdn_frontdoor_origin.pages[0].id]
  cdn_frontdoor_rule_set_ids      = concat(azurerm_cdn_frontdoor_rule_set.main[*].id, azurerm_cdn_frontdoor_rule_set.pages[*].id)
  cdn_frontdoor_custom_domain_ids = [for host in local.hosts : azurerm_cdn_frontdoor_custom_domain.main[host].id]
  patterns_to_match               = ["/*"]
  supported_protocols             = local.protocols
  forwarding_protocol             = "HttpsOnly"
  https_redirect_enabled          = var.redirect_to_https && !local.is_open
  link_to_default_domain          = !local.has_domain

  cache {
    query_string_caching_behavior = "IgnoreQueryString"
    compression_enabled           = var.cdn_compress
    content_types_to_compress     = var.cdn_compress ? local.content_types : null
  }
}

# Rules for every answer. Rule sets have no hyphens in their names.
resource "azurerm_cdn_frontdoor_rule_set" "main" {
  count = local.has_edge ? 1 : 0

  name                     = "main"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
}

resource "azurerm_cdn_frontdoor_rule" "aliases" {
  count = length(var.aliases) > 0 && local.has_domain ? 1 : 0

  name                      = "aliases"
  cdn_frontdoor_rule_set_id = azurerm_cdn_frontdoor_rule_set.main[0].id
  order                     = 1
  behaviour_on_match        = "Stop"

  conditions {
    host_name {
      operator   = "Equal"
      values     = var.aliases
      transforms = ["Lowercase"]
    }
  }

  actions {
    url_redirect {
      redirect_type         = "PermanentRedirect"
      redirect_protocol     = local.is_open ? "MatchRequest" : "Https"
      destination_host_name = var.domain
    }
  }
}

resource "azurerm_cdn_frontdoor_rule" "hsts" {
  count = local.has_edge && var.hsts && !local.is_open ? 1 : 0

  name                      = "hsts"
  cdn_frontdoor_rule_set_id = azurerm_cdn_frontdoor_rule_set.main[0].id
  order                     = 2

  actions {
    modify_response_header {
      operator     = "Overwrite"
      header_name  = "Strict-Transport-Security"
      header_value = "max-age=31536000; includeSubDomains"
    }
  }
}

# How long files stay at the edge.
resource "azurerm_cdn_frontdoor_rule_set" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                     = "pages"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id
}

resource "azurerm_cdn_frontdoor_rule" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                      = "pages"
  cdn_frontdoor_rule_set_id = azurerm_cdn_frontdoor_rule_set.pages[0].id
  order                     = 1

  actions {
    route_configuration_override {
      caching {
        behaviour              = var.cdn_pages_s > 0 ? "OverrideAlways" : "Disabled"
        duration               = var.cdn_pages_s > 0 ? local.cache_times.pages : null
        compression_enabled    = var.cdn_pages_s > 0 ? var.cdn_compress : null
        query_string_behaviour = var.cdn_pages_s > 0 ? "IgnoreQueryString" : null
      }
    }

    modify_response_header {
      operator     = "Overwrite"
      header_name  = "Cache-Control"
      header_value = var.cdn_pages_s > 0 ? "public, max-age=${var.cdn_pages_s}" : "no-cache"
    }
  }
}

resource "azurerm_cdn_frontdoor_rule" "assets" {
  count = var.cdn_enabled ? 1 : 0

  name                      = "assets"
  cdn_frontdoor_rule_set_id = azurerm_cdn_frontdoor_rule_set.pages[0].id
  order                     = 2

  conditions {
    request_path {
      operator = "BeginsWith"
      values   = ["assets/"]
    }
  }

  actions {
    route_configuration_override {
      caching {
        behaviour              = var.cdn_assets_s > 0 ? "OverrideAlways" : "Disabled"
        duration               = var.cdn_assets_s > 0 ? local.cache_times.assets : null
        compression_enabled    = var.cdn_assets_s > 0 ? var.cdn_compress : null
        query_string_behaviour = var.cdn_assets_s > 0 ? "IgnoreQueryString" : null
      }
    }

    modify_response_header {
      operator     = "Overwrite"
      header_name  = "Cache-Control"
      header_value = var.cdn_assets_s > 0 ? "public, max-age=${var.cdn_assets_s}, immutable" : "no-cache"
    }
  }
}

# Visitors and, with the premium tier, the rules against known attacks.
resource "azurerm_cdn_frontdoor_firewall_policy" "main" {
  count = local.has_edge ? 1 : 0

  name                = "waf${replace(local.unique, "-", "")}"
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = var.cdn_sku
  mode                = "Prevention"
  enabled             = true
  tags                = local.tags

  dynamic "custom_rule" {
    for_each = local.everybody ? [] : [1]

    content {
      name     = "visitors"
      type     = "MatchRule"
      action   = "Block"
      priority = 1

      match_condition {
        match_variable     = "SocketAddr"
        operator           = "IPMatch"
        negation_condition = true
        match_values       = var.visitors
      }
    }
  }

  # One visitor does not take the place of all others.
  custom_rule {
    name                           = "flood"
    type                           = "RateLimitRule"
    action                         = "Block"
    priority                       = 2
    rate_limit_duration_in_minutes = 1
    rate_limit_threshold           = 3000

    match_condition {
      match_variable = "RequestUri"
      operator       = "Any"
      match_values   = []
    }
  }

  dynamic "managed_rule" {
    for_each = var.cdn_sku == "Premium_AzureFrontDoor" ? [1] : []

    content {
      type    = "Microsoft_DefaultRuleSet"
      version = "2.1"
      action  = "Block"
    }
  }
}

resource "azurerm_cdn_frontdoor_security_policy" "main" {
  count = local.has_edge ? 1 : 0

  name                     = "firewall"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main[0].id

  security_policies {
    firewall {
      cdn_frontdoor_firewall_policy_id = azurerm_cdn_frontdoor_firewall_policy.main[0].id

      association {
        patterns_to_match = ["/*"]

        domain {
          cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.main[0].id
        }

        dynamic "domain" {
          for_each = local.hosts

          content {
            cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_custom_domain.main[domain.value].id
          }
        }
      }
    }
  }
}
