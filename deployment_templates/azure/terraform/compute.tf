# The back end on Container Apps. Each release is a revision; which one gets the traffic is decided when it is rolled out,
# not here: Terraform leaves image, revision and traffic alone after the first creation.

locals {
  settings = merge(
    {
      ENVIRONMENT          = var.environment
      HOST                 = "0.0.0.0"
      PORT                 = tostring(var.port)
      LOG_LEVEL            = var.log_level
      ACCESS_LOG           = tostring(var.access_log)
      DATABASE_CONNECTIONS = tostring(var.database_connections)
      REQUEST_TIMEOUT_S    = tostring(var.request_timeout_s)
      AZURE_CLIENT_ID      = azurerm_user_assigned_identity.app.client_id # which identity to use; no secret
    },
    local.is_mongodb ? { DATABASE_URL = local.mongodb_url } : {},
    var.cache_enabled ? { CACHE_URL = "rediss://${azurerm_managed_redis.main[0].hostname}:10000" } : {},
    local.has_edge ? { FRONT_DOOR_ID = azurerm_cdn_frontdoor_profile.main[0].resource_guid } : {},
    var.traces_enabled ? { APPLICATIONINSIGHTS_CONNECTION_STRING = azurerm_application_insights.main[0].connection_string } : {},
    var.variables,
  )

  probe_s        = var.health_budget_s > 1200 ? 10 : 5
  probe_failures = max(1, min(240, ceil(var.health_budget_s / local.probe_s)))
}

resource "azurerm_container_app_environment" "main" {
  name                           = "cae-${local.app_name}"
  location                       = azurerm_resource_group.main.location
  resource_group_name            = azurerm_resource_group.main.name
  infrastructure_subnet_id       = azurerm_subnet.apps.id
  internal_load_balancer_enabled = false
  zone_redundancy_enabled        = var.zone_redundant
  mutual_tls_enabled             = true
  logs_destination               = "azure-monitor" # diagnostic settings below choose what is kept
  public_network_access          = "Enabled"
  tags                           = local.tags

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }

  depends_on = [
    azurerm_subnet_network_security_group_association.apps,
    azurerm_network_security_rule.rest,
  ]
}

resource "azurerm_container_app" "backend" {
  name                         = local.app_name
  resource_group_name          = azurerm_resource_group.main.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  workload_profile_name        = "Consumption"
  revision_mode                = var.revision_mode
  max_inactive_revisions       = var.releases
  tags                         = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.app.id]
  }

  registry {
    server   = azurerm_container_registry.main.login_server
    identity = azurerm_user_assigned_identity.app.id
  }

  dynamic "secret" {
    for_each = local.vault_secrets

    content {
      name                = secret.value.key
      identity            = azurerm_user_assigned_identity.app.id
      key_vault_secret_id = secret.value.url
    }
  }

  ingress {
    external_enabled           = true
    target_port                = var.port
    transport                  = "auto"
    allow_insecure_connections = !local.has_edge && (local.is_open || !var.redirect_to_https)

    dynamic "ip_security_restriction" {
      for_each = local.has_edge || local.everybody ? [] : local.visitors_v4

      content {
        name             = "visitors-${ip_security_restriction.key}"
        action           = "Allow"
        ip_address_range = ip_security_restriction.value
      }
    }

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }

  template {
    min_replicas                     = var.minimum
    max_replicas                     = var.maximum
    cooldown_period_in_seconds       = var.cooldown_s
    polling_interval_in_seconds      = 30
    termination_grace_period_seconds = var.drain_s

    custom_scale_rule {
      name             = "cpu"
      custom_rule_type = "cpu"
      metadata         = { type = "Utilization", value = tostring(var.cpu_percent) }
    }

    # Container Apps counts the requests of the last 15 seconds and divides by 15: requests a second.
    dynamic "http_scale_rule" {
      for_each = var.requests_per_instance > 0 ? [var.requests_per_instance] : []

      content {
        name                = "requests"
        concurrent_requests = tostring(http_scale_rule.value)
      }
    }

    container {
      name   = "backend"
      image  = var.image
      cpu    = var.cpu
      memory = var.memory

      dynamic "env" {
        for_each = local.settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.vault_secrets

        content {
          name        = env.key
          secret_name = env.value.key
        }
      }

      startup_probe {
        transport               = "HTTP"
        port                    = var.port
        path                    = var.health_path
        interval_seconds        = local.probe_s
        failure_count_threshold = local.probe_failures
        timeout                 = 3
      }

      readiness_probe {
        transport               = "HTTP"
        port                    = var.port
        path                    = var.health_path
        interval_seconds        = var.health_interval_s
        failure_count_threshold = 3
        success_count_threshold = 1
        timeout                 = 3
      }

      liveness_probe {
        transport               = "HTTP"
        port                    = var.port
        path                    = var.health_path
        interval_seconds        = var.health_interval_s
        failure_count_threshold = 5
        timeout                 = 3
      }
    }
  }

  lifecycle {
    ignore_changes = [
      template[0].container[0].image,
      template[0].revision_suffix,
      ingress[0].traffic_weight,
    ]
  }

  # The identity must be allowed to pull and to read before the first instance starts.
  depends_on = [
    azurerm_role_assignment.pull,
    azurerm_role_assignment.secret,
    azurerm_key_vault_secret.database_url,
    azurerm_private_dns_zone_virtual_network_link.main,
  ]
}

# Brings the tables up to date before a release gets its traffic; it is started by name, once for each release.
resource "azurerm_container_app_job" "migrate" {
  name                         = "${local.app_name}-mig"
  location                     = azurerm_resource_group.main.location
  resource_group_name          = azurerm_resource_group.main.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  workload_profile_name        = "Consumption"
  replica_timeout_in_seconds   = 1800
  replica_retry_limit          = 0 # a migration that failed is looked at, not tried again
  tags                         = local.tags

  manual_trigger_config {
    parallelism              = 1
    replica_completion_count = 1
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.app.id]
  }

  registry {
    server   = azurerm_container_registry.main.login_server
    identity = azurerm_user_assigned_identity.app.id
  }

  dynamic "secret" {
    for_each = local.vault_secrets

    content {
      name                = secret.value.key
      identity            = azurerm_user_assigned_identity.app.id
      key_vault_secret_id = secret.value.url
    }
  }

  template {
    container {
      name    = "migrate"
      image   = var.image
      cpu     = 0.5
      memory  = "1Gi"
      command = var.migrate_command

      dynamic "env" {
        for_each = local.settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.vault_secrets

        content {
          name        = env.key
          secret_name = env.value.key
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [template[0].container[0].image]
  }

  depends_on = [
    azurerm_role_assignment.pull,
    azurerm_role_assignment.secret,
    azurerm_key_vault_secret.database_url,
  ]
}
