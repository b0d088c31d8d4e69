# Cloud SQL. Nobody has a password: the back end's service account is the user, the Auth Proxy beside the back end
# signs in with its short-lived token, and Cloud SQL refuses connections that do not come through a connector.

locals {
  database_port = local.postgresql ? 5432 : 3306
  database_version = local.postgresql ? "POSTGRES_${coalesce(var.database_version, "17")}" : (
    "MYSQL_${replace(coalesce(var.database_version, "8.4"), ".", "_")}"
  )
  # PostgreSQL names a service account without the last part of its address, MySQL at sign-in by the first part only.
  database_user  = local.postgresql ? trimsuffix(google_service_account.app.email, ".gserviceaccount.com") : google_service_account.app.email
  database_login = local.postgresql ? local.database_user : google_service_account.app.account_id
  database_urls = [
    for index in range(2) : "${var.database_engine}://${urlencode(local.database_login)}@127.0.0.1:${local.database_port + index}/app"
  ]
  database_networks = {
    for network in distinct(flatten([for rule in var.firewall_rules : [for network in rule.sources : network if !strcontains(network, ":")] if rule.port == local.database_port])) :
    replace(network, "/", "-") => network if var.database_public
  }
  database_flags = merge(
    { max_connections = tostring(var.database_max_connections) },
    local.postgresql ? {
      "cloudsql.iam_authentication" = "on"
      "cloudsql.enable_pgaudit"     = "on"
      "log_checkpoints"             = "on"
      "log_connections"             = "on"
      "log_disconnections"          = "on"
      "log_hostname"                = "on"
      "log_lock_waits"              = "on"
      "log_min_error_statement"     = "error"
      "log_min_messages"            = "warning"
      "log_statement"               = "ddl"
      "log_min_duration_statement"  = "-1" # texts of statements may hold what users typed
      } : {
      "cloudsql_iam_authentication" = "on"
      "local_infile"                = "off"
      "skip_show_database"          = "on"
    },
  )
}

resource "google_sql_database_instance" "main" {
  #checkov:skip=CKV_GCP_51:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_52:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_53:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_54:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_108:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_110:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_111:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_6:Connections without TLS are refused; the Auth Proxy brings a client certificate of its own for each connection.
  #checkov:skip=CKV_GCP_79:The version is a choice of the user; the newest is taken when nothing is chosen.
  #checkov:skip=CKV_GCP_109:log_min_error_statement is error, the level at which a failed statement is worth a line.
  count = local.sql ? 1 : 0

  name                = local.name
  database_version    = local.database_version
  region              = var.region
  encryption_key_name = lookup(local.keys, "database", null)
  deletion_protection = var.database_deletion_protection

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = var.database_high_availability ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database_storage_gb
    disk_autoresize             = var.database_storage_limit_gb > var.database_storage_gb
    disk_autoresize_limit       = var.database_storage_limit_gb
    deletion_protection_enabled = var.database_deletion_protection
    retain_backups_on_delete    = var.backups
    connector_enforcement       = var.database_public ? "NOT_REQUIRED" : "REQUIRED"
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled                                  = var.database_public
      private_network                               = google_compute_network.main.id
      enable_private_path_for_google_cloud_services = true
      ssl_mode                                      = "ENCRYPTED_ONLY"

      dynamic "authorized_networks" {
        for_each = local.database_networks
        content {
          name  = authorized_networks.key
          value = authorized_networks.value
        }
      }
    }

    # MySQL needs its binary log for a standby and for replicas, too.
    backup_configuration {
      enabled                        = var.backups
      start_time                     = format("%02d:00", var.backup_hour)
      location                       = coalesce(var.second_region, var.region)
      point_in_time_recovery_enabled = local.postgresql ? var.backups && var.point_in_time : null
      binary_log_enabled             = local.postgresql ? null : var.backups && (var.point_in_time || var.database_high_availability || var.database_replicas > 0)
      transaction_log_retention_days = min(var.backup_days, 7)

      backup_retention_settings {
        retained_backups = var.backup_days
        retention_unit   = "COUNT"
      }
    }

    final_backup_config {
      enabled        = var.backups
      retention_days = var.backup_days
    }

    # Two hours after the backup, so that the newest backup is from before the maintenance.
    maintenance_window {
      day          = 7
      hour         = (var.backup_hour + 2) % 24
      update_track = local.production ? "stable" : "canary"
    }

    insights_config {
      query_insights_enabled  = var.metrics
      record_application_tags = var.metrics
      record_client_address   = false
    }

    dynamic "database_flags" {
      for_each = local.database_flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    # The disk grows by itself; taking it back would mean another database.
    ignore_changes = [settings[0].disk_size]
  }

  depends_on = [google_service_networking_connection.services]
}

resource "google_sql_database_instance" "replica" {
  #checkov:skip=CKV_GCP_51:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_52:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_53:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_54:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_108:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_110:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_111:Set by the dynamic block from local.database_flags, which the checker does not follow.
  #checkov:skip=CKV_GCP_109:log_min_error_statement is error, the level at which a failed statement is worth a line.
  #checkov:skip=CKV_GCP_6:Connections without TLS are refused, as on the main instance.
  #checkov:skip=CKV_GCP_14:A replica is a copy; its main instance is backed up.
  #checkov:skip=CKV_GCP_79:A replica has the version of its main instance.
  count = local.sql ? var.database_replicas : 0

  name                 = "${local.name}-read-${count.index + 1}"
  master_instance_name = google_sql_database_instance.main[0].name
  database_version     = local.database_version
  region               = var.region
  encryption_key_name  = lookup(local.keys, "database", null)
  deletion_protection  = false # it can be made again from its main instance at any time

  settings {
    edition               = "ENTERPRISE"
    tier                  = var.database_tier
    availability_type     = "ZONAL"
    disk_type             = "PD_SSD"
    disk_size             = var.database_storage_gb
    disk_autoresize       = true
    disk_autoresize_limit = var.database_storage_limit_gb
    connector_enforcement = "REQUIRED"
    user_labels           = local.labels

    ip_configuration {
      ipv4_enabled                                  = false
      private_network                               = google_compute_network.main.id
      enable_private_path_for_google_cloud_services = true
      ssl_mode                                      = "ENCRYPTED_ONLY"
    }

    dynamic "database_flags" {
      for_each = local.database_flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    ignore_changes = [settings[0].disk_size]
  }
}

resource "google_sql_database" "app" {
  count = local.sql ? 1 : 0

  name     = "app"
  instance = google_sql_database_instance.main[0].name
  charset  = local.postgresql ? "UTF8" : "utf8mb4"
}

resource "google_sql_user" "app" {
  count = local.sql ? 1 : 0

  name     = local.database_user
  instance = google_sql_database_instance.main[0].name
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
  # It owns its tables; the migrations create them.
  database_roles = ["cloudsqlsuperuser"]
  # PostgreSQL refuses to drop a user who owns tables; the user goes with its instance.
  deletion_policy = "ABANDON"
}
