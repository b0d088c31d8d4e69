# TLS. Google proves a name by a record that this stack makes, and otherwise as soon as the name points to the load balancer.

locals {
  # A host may be longer than the name of a resource.
  host_names = { for host in local.hosts : host => "${local.short}-${substr(sha1(host), 0, 8)}" }
}

resource "google_certificate_manager_dns_authorization" "host" {
  for_each = toset(local.proven_by_dns)

  name        = local.host_names[each.value]
  domain      = each.value
  description = "Proof of ${each.value}"

  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate" "host" {
  for_each = toset(local.issued)

  name        = local.host_names[each.value]
  description = "Certificate of ${each.value}"

  managed {
    domains            = [each.value]
    dns_authorizations = contains(local.proven_by_dns, each.value) ? [google_certificate_manager_dns_authorization.host[each.value].id] : null
  }

  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate_map" "main" {
  count = local.tls ? 1 : 0

  name        = local.name
  description = "Certificates of ${local.name}"

  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate_map_entry" "host" {
  for_each = toset(local.tls ? local.hosts : [])

  name         = local.host_names[each.value]
  map          = google_certificate_manager_certificate_map.main[0].name
  hostname     = each.value
  certificates = var.certificate == "own" ? [var.certificate_reference] : [google_certificate_manager_certificate.host[each.value].id]
}

resource "google_compute_ssl_policy" "main" {
  #checkov:skip=CKV_GCP_4:MODERN or RESTRICTED, with TLS 1.2 or newer; the checker does not follow the condition.
  count = local.tls ? 1 : 0

  name            = local.name
  description     = "TLS ${var.tls_minimum_version} or newer"
  profile         = var.tls_minimum_version == "1.3" ? "RESTRICTED" : "MODERN"
  min_tls_version = "TLS_${replace(var.tls_minimum_version, ".", "_")}"
}
