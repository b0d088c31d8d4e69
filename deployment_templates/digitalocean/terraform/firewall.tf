# Who reaches the databases: the app, and nobody else. Without a rule a cluster would answer the whole internet.

resource "digitalocean_database_firewall" "main" {
  cluster_id = digitalocean_database_cluster.main.id

  rule {
    type  = "app"
    value = digitalocean_app.main.id
  }

  dynamic "rule" {
    for_each = toset(local.database_networks)
    content {
      type  = "ip_addr"
      value = rule.value
    }
  }
}

resource "digitalocean_database_firewall" "cache" {
  count = var.cache_enabled ? 1 : 0

  cluster_id = digitalocean_database_cluster.cache[0].id

  rule {
    type  = "app"
    value = digitalocean_app.main.id
  }
}
