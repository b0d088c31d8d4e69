# A network of its own. Cloud Run sends traffic for private addresses into it directly (no connector: those are
# machines that cost by the hour and have to be scaled), Cloud SQL and Memorystore are reached by private services access.

resource "google_compute_network" "main" {
  name                    = local.name
  description             = "Private side of ${local.name}"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"

  depends_on = [google_project_service.api]
}

resource "google_compute_subnetwork" "main" {
  name                     = local.name
  network                  = google_compute_network.main.id
  region                   = var.region
  ip_cidr_range            = var.network_cidr
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_global_address" "services" {
  name          = "${local.name}-services"
  description   = "Addresses of Cloud SQL and Memorystore"
  network       = google_compute_network.main.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
  # Google keeps producers alive for days after an instance is gone; deleting the peering before fails.
  deletion_policy = "ABANDON"
}

# Nothing comes in by itself: Google's implied rule says so, too, but does not log who tried.
resource "google_compute_firewall" "deny" {
  name        = "${local.name}-deny"
  description = "Nothing comes in that no other rule lets in"
  network     = google_compute_network.main.id
  direction   = "INGRESS"
  priority    = 65000

  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "opening" {
  for_each = {
    for rule in var.firewall_rules : "${rule.port}-${substr(sha1(jsonencode(sort(rule.sources))), 0, 6)}" => merge(rule, {
      sources = [for network in rule.sources : network if !strcontains(network, ":")] # the subnet has no IPv6
    })
    if rule.port != local.database_port && anytrue([for network in rule.sources : !strcontains(network, ":")])
  }

  name          = "${local.short}-${each.key}"
  description   = each.value.why
  network       = google_compute_network.main.id
  direction     = "INGRESS"
  source_ranges = each.value.sources
  target_tags   = [local.name]

  allow {
    protocol = "tcp"
    ports    = [tostring(each.value.port)]
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}
