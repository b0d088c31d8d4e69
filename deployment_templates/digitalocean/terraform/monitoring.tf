# What is looked at from outside and at the database; the alarms of the app itself stand with the app.

locals {
  told          = length(var.mails) > 0 ? var.mails : compact([var.owner])
  told_somebody = var.metrics && length(local.told) > 0
  database_alarms = {
    database_storage_percent = "v1/dbaas/alerts/disk_utilization_alerts"
  }
  periods = { 2 = "2m", 3 = "3m", 5 = "5m", 10 = "10m", 15 = "15m", 30 = "30m", 60 = "1h" }
  regions = ["us_east", "eu_west", "se_asia"]
}

resource "digitalocean_uptime_check" "health" {
  name    = "${local.name} answers"
  target  = "${local.url}${var.health_path}"
  type    = "https"
  regions = local.regions
}

resource "digitalocean_uptime_alert" "silent" {
  count = local.told_somebody ? 1 : 0

  name       = "${local.name} does not answer"
  check_id   = digitalocean_uptime_check.health.id
  type       = "down"
  period     = "2m"
  comparison = "less_than"
  threshold  = 1

  notifications {
    email = local.told
  }
}

resource "digitalocean_uptime_alert" "certificate" {
  count = local.told_somebody ? 1 : 0

  name       = "${local.name}: its certificate ends soon"
  check_id   = digitalocean_uptime_check.health.id
  type       = "ssl_expiry"
  period     = "1h"
  comparison = "less_than"
  threshold  = 14

  notifications {
    email = local.told
  }
}

# The time of answers as seen from three places of the world; App Platform itself knows no percentiles.
resource "digitalocean_uptime_alert" "slow" {
  for_each = { for index, alarm in var.alarms : index => alarm if local.told_somebody && alarm.measure == "p99_ms" }

  name       = "${local.name} answers slowly"
  check_id   = digitalocean_uptime_check.health.id
  type       = "latency"
  period     = local.periods[[for minutes in [2, 3, 5, 10, 15, 30, 60] : minutes if minutes >= min(each.value.minutes, 60)][0]]
  comparison = "greater_than"
  threshold  = ceil(each.value.above)

  notifications {
    email = local.told
  }
}

resource "digitalocean_monitor_alert" "database" {
  for_each = {
    for index, alarm in var.alarms : index => alarm
    if local.told_somebody && contains(keys(local.database_alarms), alarm.measure)
  }

  description = "${local.name}: ${each.value.measure} above ${each.value.above}"
  type        = local.database_alarms[each.value.measure]
  compare     = "GreaterThan"
  value       = each.value.above
  window      = local.periods[[for minutes in [5, 10, 30, 60] : minutes if minutes >= min(each.value.minutes, 60)][0]]
  entities    = [digitalocean_database_cluster.main.id]

  alerts {
    email = local.told
  }
}
