locals {
  name  = "${var.name}-${var.environment}"
  short = length(local.name) <= 20 ? local.name : "${trimsuffix(substr(local.name, 0, 14), "-")}-${substr(sha1(local.name), 0, 5)}"

  project    = trimprefix(data.google_project.current.id, "projects/")
  number     = data.google_project.current.number
  production = var.environment == "production"

  labels = merge(var.tags, {
    project     = var.name
    environment = var.environment
    managed-by  = "terraform"
  })

  # What kind of database there is. MongoDB is Firestore in its MongoDB-compatible mode.
  sql        = contains(["postgresql", "mysql"], var.database_engine)
  postgresql = var.database_engine == "postgresql"
  documents  = var.database_engine == "mongodb"

  # How visitors come in. Google issues certificates for domains only: without one it is HTTP to an address.
  hosts = var.domain == null ? [] : concat([var.domain], var.aliases)
  tls   = var.domain != null && var.certificate != "none"
  url   = var.domain == null ? "http://${google_compute_global_address.entry["ipv4"].address}" : "${local.tls ? "https" : "http"}://${var.domain}"

  # The wizard's own variables win over none of these: it refuses names that the deployment sets itself.
  environment = merge(var.variables, {
    ENVIRONMENT          = var.environment
    LOG_LEVEL            = upper(var.log_level)
    OTEL_TRACES_EXPORTER = var.traces ? "otlp" : "none"
    },
    local.sql ? { DATABASE_URL = local.database_urls[0] } : {},
    local.sql && var.database_replicas > 0 ? { DATABASE_READ_URL = local.database_urls[1] } : {},
    local.documents ? { DATABASE_URL = local.documents_url } : {},
    # The authority is no secret; the password of the cache is one and comes from Secret Manager.
    var.cache_enabled ? { CACHE_CA = join("\n", google_redis_instance.main[0].server_ca_certs[*].cert) } : {},
  )

  secrets = merge(
    { for name, secret in var.secrets : name => { secret = secret.store, version = secret.version } },
    var.cache_enabled ? { CACHE_URL = {
      secret  = google_secret_manager_secret.cache_url[0].secret_id
      version = google_secret_manager_secret_version.cache_url[0].version
    } } : {},
  )
}

data "google_project" "current" {
  project_id = var.project_id
}
