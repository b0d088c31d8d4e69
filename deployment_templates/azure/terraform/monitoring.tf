# Logs with an end, metrics, traces, and alarms that reach somebody.

resource "azurerm_log_analytics_workspace" "main" {
  name                         = "log-${local.full_name}"
  location                     = azurerm_resource_group.main.location
  resource_group_name          = azurerm_resource_group.main.name
  sku                          = "PerGB2018"
  retention_in_days            = var.log_days
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_application_insights" "main" {
  count = var.traces_enabled ? 1 : 0

  name                         = "appi-${local.full_name}"
  location                     = azurerm_resource_group.main.location
  resource_group_name          = azurerm_resource_group.main.name
  workspace_id                 = azurerm_log_analytics_workspace.main.id
  application_type             = "web"
  ip_masking_enabled           = true
  local_authentication_enabled = false # traces are sent by the identity, the connection string opens nothing
  tags                         = local.tags
}

locals {
  # What is sent to the workspace: identifier, categories of logs.
  watched = merge(
    {
      environment = { id = azurerm_container_app_environment.main.id, logs = ["ContainerAppConsoleLogs", "ContainerAppSystemLogs"] }
      vault       = { id = azurerm_key_vault.main.id, logs = ["AuditEvent"] }
      registry    = { id = azurerm_container_registry.main.id, logs = ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"] }
    },
    { for index, id in [local.database_ids[0]] : "database" => { id = id, logs = {
      postgresql = ["PostgreSQLLogs"]
      mysql      = ["MySqlAuditLogs"]
      mongodb    = ["vCoreMongoRequests"]
    }[var.database_engine] } },
    { for index, id in azurerm_cdn_frontdoor_profile.main[*].id : "edge" => { id = id, logs = concat(
      ["FrontDoorWebApplicationFirewallLog"],
      var.access_log ? ["FrontDoorAccessLog"] : [],
    ) } },
  )
}

resource "azurerm_monitor_diagnostic_setting" "main" {
  for_each = local.watched

  name                       = "to-workspace"
  target_resource_id         = each.value.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  dynamic "enabled_log" {
    for_each = each.value.logs

    content {
      category = enabled_log.value
    }
  }

  dynamic "enabled_metric" {
    for_each = var.metrics_enabled ? ["AllMetrics"] : []

    content {
      category = enabled_metric.value
    }
  }
}

# Azure keeps the address of a webhook readable in the action group, and so does the state: there is no other way to give it.
data "azurerm_key_vault_secret" "webhook" {
  count = var.webhook == null ? 0 : 1

  name         = var.webhook.name
  key_vault_id = var.webhook.vault == "" ? azurerm_key_vault.main.id : data.azurerm_resources.vault[var.webhook.vault].resources[0].id
  version      = var.webhook.version == "" ? null : var.webhook.version
}

resource "azurerm_monitor_action_group" "main" {
  name                = "ag-${local.full_name}"
  resource_group_name = azurerm_resource_group.main.name
  short_name          = substr(local.compact, 0, 12)
  tags                = local.tags

  dynamic "email_receiver" {
    for_each = var.mails

    content {
      name                    = "mail-${email_receiver.key}"
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }

  dynamic "webhook_receiver" {
    for_each = var.webhook == null ? [] : [1]

    content {
      name                    = "webhook"
      service_uri             = data.azurerm_key_vault_secret.webhook[0].value
      use_common_alert_schema = true
    }
  }
}

locals {
  app_metrics      = { scope = azurerm_container_app.backend.id, namespace = "Microsoft.App/containerApps" }
  database_metrics = { scope = local.database_ids[0], namespace = { postgresql = "Microsoft.DBforPostgreSQL/flexibleServers", mysql = "Microsoft.DBforMySQL/flexibleServers", mongodb = "Microsoft.DocumentDB/mongoClusters" }[var.database_engine] }

  # Measure → which metric says it. Front Door knows the share of failed requests; without it, failed requests are counted.
  measures = {
    cpu_percent    = merge(local.app_metrics, { metric = "CpuPercentage", aggregation = "Average", factor = 1, failed = false })
    memory_percent = merge(local.app_metrics, { metric = "MemoryPercentage", aggregation = "Average", factor = 1, failed = false })
    restarts       = merge(local.app_metrics, { metric = "RestartCount", aggregation = "Maximum", factor = 1, failed = false })
    p99_ms         = merge(local.app_metrics, { metric = "ResponseTime", aggregation = "Average", factor = 1, failed = false })
    errors_percent = local.has_edge ? {
      scope  = azurerm_cdn_frontdoor_profile.main[0].id, namespace = "Microsoft.Cdn/profiles"
      metric = "Percentage5XX", aggregation = "Average", factor = 1, failed = false
    } : merge(local.app_metrics, { metric = "Requests", aggregation = "Total", factor = 1, failed = true })
    database_storage_percent = merge(local.database_metrics, {
      metric = local.is_mongodb ? "StoragePercent" : "storage_percent", aggregation = "Average", factor = 1, failed = false
    })
    database_connections_percent = merge(local.database_metrics, {
      metric = "active_connections", aggregation = "Average", factor = var.database_connections_limit / 100, failed = false
    })
  }

  # With an access log at the edge, the 99th percentile is read from it.
  has_p99    = local.has_edge && var.access_log
  alarms     = { for alarm in var.alarms : "${alarm.measure}-${alarm.window}-${alarm.above}" => alarm if var.metrics_enabled && !(local.has_p99 && alarm.measure == "p99_ms") }
  p99_alarms = { for alarm in var.alarms : "${alarm.window}-${alarm.above}" => alarm if var.metrics_enabled && local.has_p99 && alarm.measure == "p99_ms" }
}

resource "azurerm_monitor_metric_alert" "main" {
  for_each = local.alarms

  name                = "alarm-${local.full_name}-${each.key}"
  resource_group_name = azurerm_resource_group.main.name
  description         = "${each.value.measure} is above ${each.value.above}."
  scopes              = [local.measures[each.value.measure].scope]
  severity            = local.production ? 1 : 3
  frequency           = "PT1M"
  window_size         = each.value.window
  auto_mitigate       = true
  tags                = local.tags

  criteria {
    metric_namespace = local.measures[each.value.measure].namespace
    metric_name      = local.measures[each.value.measure].metric
    aggregation      = local.measures[each.value.measure].aggregation
    operator         = "GreaterThan"
    threshold        = each.value.above * local.measures[each.value.measure].factor

    dynamic "dimension" {
      for_each = local.measures[each.value.measure].failed ? ["5xx"] : []

      content {
        name     = "statusCodeCategory"
        operator = "Include"
        values   = [dimension.value]
      }
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.main.id
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "p99" {
  for_each = local.p99_alarms

  name                    = "alarm-${local.full_name}-p99-${each.key}"
  location                = azurerm_resource_group.main.location
  resource_group_name     = azurerm_resource_group.main.name
  description             = "One request of a hundred takes longer than ${each.value.above} ms."
  scopes                  = [azurerm_log_analytics_workspace.main.id]
  severity                = local.production ? 1 : 3
  evaluation_frequency    = each.value.window == "PT1M" ? "PT5M" : each.value.window
  window_duration         = each.value.window == "PT1M" ? "PT5M" : each.value.window
  auto_mitigation_enabled = true
  skip_query_validation   = true # the table appears with the first request
  tags                    = local.tags

  criteria {
    query                   = <<-KQL
      AzureDiagnostics
      | where Category == "FrontDoorAccessLog"
      | summarize p99_ms = percentile(todouble(timeTaken_s), 99) * 1000
    KQL
    metric_measure_column   = "p99_ms"
    time_aggregation_method = "Maximum"
    operator                = "GreaterThan"
    threshold               = each.value.above
  }

  action {
    action_groups = [azurerm_monitor_action_group.main.id]
  }
}
