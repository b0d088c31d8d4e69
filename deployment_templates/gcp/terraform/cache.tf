resource "google_redis_instance" "main" {
  count = var.cache_enabled ? 1 : 0

  name                    = local.short # 40 characters at most
  display_name            = local.name
  region                  = var.region
  tier                    = var.zones > 1 ? "STANDARD_HA" : "BASIC"
  memory_size_gb          = var.cache_memory_gb
  redis_version           = "REDIS_7_2"
  authorized_network      = google_compute_network.main.id
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  customer_managed_key    = lookup(local.keys, "cache", null)
  deletion_protection     = false # what is in a cache can be made again

  # A full cache forgets what was not asked for the longest.
  redis_configs = { maxmemory-policy = "allkeys-lru" }

  depends_on = [google_service_networking_connection.services]
}

# The address of the cache holds its password: it goes to the back end by Secret Manager.
resource "google_secret_manager_secret" "cache_url" {
  #checkov:skip=CKV_GCP_222:The secret follows the password of the instance, which changes only with the instance.
  count = var.cache_enabled ? 1 : 0

  secret_id = "${local.name}-cache-url"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "cache_url" {
  count = var.cache_enabled ? 1 : 0

  secret = google_secret_manager_secret.cache_url[0].id
  # Write-only: the value is sent and not kept in the state of the secret. A new instance is a new number, and so a
  # new version. (Terraform does keep the password that Google made up in the state of the instance: encrypt the state.)
  secret_data_wo         = "rediss://:${google_redis_instance.main[0].auth_string}@${google_redis_instance.main[0].host}:${google_redis_instance.main[0].port}/0"
  secret_data_wo_version = parseint(substr(sha1(google_redis_instance.main[0].create_time), 0, 6), 16)
}
