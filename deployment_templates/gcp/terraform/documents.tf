# MongoDB is Firestore in its MongoDB-compatible mode: serverless, in several zones, spoken to with MongoDB drivers.
# The back end signs in with the token of its service account; there is no password.

locals {
  documents_url = local.documents ? join("", [
    "mongodb://${google_firestore_database.main[0].uid}.${var.region}.firestore.goog:443/${google_firestore_database.main[0].name}",
    "?loadBalanced=true&tls=true&retryWrites=false&maxPoolSize=${var.database_connections}",
    "&authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:gcp,TOKEN_RESOURCE:FIRESTORE",
  ]) : ""
}

resource "google_firestore_database" "main" {
  count = local.documents ? 1 : 0

  name                                = local.name
  location_id                         = var.region
  type                                = "FIRESTORE_NATIVE"
  database_edition                    = "ENTERPRISE"
  mongodb_compatible_data_access_mode = "DATA_ACCESS_MODE_ENABLED"
  firestore_data_access_mode          = "DATA_ACCESS_MODE_DISABLED"
  point_in_time_recovery_enablement   = var.point_in_time ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state             = var.database_deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                     = "DELETE"

  dynamic "cmek_config" {
    for_each = var.customer_managed_keys ? [local.keys["database"]] : []
    content {
      kms_key_name = cmek_config.value
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_firestore_backup_schedule" "daily" {
  count = local.documents && var.backups ? 1 : 0

  database  = google_firestore_database.main[0].name
  retention = "${var.backup_days * 86400}s"

  daily_recurrence {}
}
