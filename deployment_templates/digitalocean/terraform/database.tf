# A managed cluster. Encrypted at rest and in transit by DigitalOcean, reached by the app alone.

locals {
  engine     = { postgresql = "pg", mysql = "mysql", mongodb = "mongodb" }[var.database_engine]
  postgresql = var.database_engine == "postgresql"
  documents  = var.database_engine == "mongodb"
  version    = coalesce(var.database_version, { postgresql = "17", mysql = "8", mongodb = "8" }[var.database_engine])
  nodes      = var.database_high_availability ? (local.documents ? 3 : 2) : 1
  replicas   = local.documents ? 0 : var.database_replicas

  database_user = (
    local.postgresql ? coalesce(var.database_user, digitalocean_database_cluster.main.user) :
    local.documents ? null : digitalocean_database_user.app[0].name
  )

  # App Platform fills user and password in when a release starts ($${db.…}); host and port are no secrets.
  database_login = "$${db.USERNAME}:$${db.PASSWORD}"
  pool_size      = min(var.database_connections * var.instances_maximum, var.database_max_connections)
  database_url = (
    local.postgresql ? "postgresql://${local.database_login}@${digitalocean_database_connection_pool.app[0].private_host}:${digitalocean_database_connection_pool.app[0].port}/${digitalocean_database_connection_pool.app[0].name}?sslmode=require" :
    local.documents ? "mongodb+srv://${local.database_login}@${digitalocean_database_cluster.main.private_host}/${digitalocean_database_db.app.name}?tls=true&authSource=admin&maxPoolSize=${var.database_connections}" :
    # Encrypted; the authority of the cluster is not known to the image, so its name is not compared.
    "mysql://${local.database_login}@${digitalocean_database_cluster.main.private_host}:${digitalocean_database_cluster.main.port}/${digitalocean_database_db.app.name}?ssl_check_hostname=false"
  )
  read_url = local.replicas == 0 ? "" : (
    "${var.database_engine}://${local.database_login}@${digitalocean_database_replica.read[0].private_host}:${digitalocean_database_replica.read[0].port}/${digitalocean_database_db.app.name}${local.postgresql ? "?sslmode=require" : "?ssl_check_hostname=false"}"
  )
  database_port = { postgresql = 5432, mysql = 3306, mongodb = 27017 }[var.database_engine]
  database_networks = var.database_public ? distinct(flatten([
    for rule in var.firewall_rules : rule.sources if rule.port == local.database_port
  ])) : []
}

resource "digitalocean_database_cluster" "main" {
  name                 = local.name
  engine               = local.engine
  version              = local.version
  size                 = var.database_size
  region               = var.region
  node_count           = local.nodes
  storage_size_mib     = local.documents ? null : var.database_storage_gb * 1024
  private_network_uuid = digitalocean_vpc.main.id
  tags                 = local.tags

  # In the hour after the backup, so that the newest backup is from before the maintenance.
  maintenance_window {
    day  = "sunday"
    hour = format("%02d:00", (var.backup_hour + 2) % 24)
  }
}

resource "digitalocean_database_postgresql_config" "main" {
  count = local.postgresql ? 1 : 0

  cluster_id                          = digitalocean_database_cluster.main.id
  backup_hour                         = var.backup_hour
  backup_minute                       = 0
  idle_in_transaction_session_timeout = 600000
  log_min_duration_statement          = -1 # texts of statements may hold what users typed
}

resource "digitalocean_database_mysql_config" "main" {
  count = var.database_engine == "mysql" ? 1 : 0

  cluster_id              = digitalocean_database_cluster.main.id
  backup_hour             = var.backup_hour
  backup_minute           = 0
  sql_require_primary_key = true
}

resource "digitalocean_database_mongodb_config" "main" {
  count = local.documents ? 1 : 0

  cluster_id            = digitalocean_database_cluster.main.id
  default_read_concern  = "majority"
  default_write_concern = "majority"
}

resource "digitalocean_database_db" "app" {
  cluster_id = digitalocean_database_cluster.main.id
  name       = "app"
}

# A user of its own. PostgreSQL since 15 lets a new user make no tables, and DigitalOcean offers no way to allow it but SQL: there
# the product is the cluster's administrator (who is no superuser), unless a user that was prepared is named. App Platform
# fills in no other user of MongoDB than the administrator.
resource "digitalocean_database_user" "app" {
  count = var.database_engine == "mysql" ? 1 : 0

  cluster_id = digitalocean_database_cluster.main.id
  name       = "app"
}

# Sessions beyond the limit wait for their turn instead of failing. In session mode prepared statements work as usual.
resource "digitalocean_database_connection_pool" "app" {
  count = local.postgresql ? 1 : 0

  cluster_id = digitalocean_database_cluster.main.id
  name       = "app-pool"
  mode       = "session"
  size       = local.pool_size
  db_name    = digitalocean_database_db.app.name
  user       = local.database_user
}

resource "digitalocean_database_replica" "read" {
  count = local.replicas

  cluster_id           = digitalocean_database_cluster.main.id
  name                 = "${local.name}-read-${count.index + 1}"
  region               = var.region
  size                 = var.database_size
  storage_size_mib     = var.database_storage_gb * 1024
  private_network_uuid = digitalocean_vpc.main.id
  tags                 = local.tags
}

# Survives the loss of the region. It copies mistakes, too: those are what backups are for.
resource "digitalocean_database_replica" "second_region" {
  count = var.second_region != "" && !local.documents ? 1 : 0

  cluster_id       = digitalocean_database_cluster.main.id
  name             = "${local.name}-${var.second_region}"
  region           = var.second_region
  size             = var.database_size
  storage_size_mib = var.database_storage_gb * 1024
  tags             = local.tags
}
