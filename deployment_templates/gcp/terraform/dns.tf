# The name, and the proof that it is ours.

locals {
  dns  = var.manage_dns && var.domain != null
  zone = local.dns ? coalesce(var.dns_zone, one(google_dns_managed_zone.main[*].name)) : null
  # Only names within the zone can be given records there; for the others see the output records_to_make.
  hosts_in_zone = local.dns ? [for host in local.hosts : host if host == var.domain || endswith(host, ".${var.domain}")] : []
  issued        = local.tls && var.certificate == "automatic" ? local.hosts : []
  proven_by_dns = [for host in local.issued : host if contains(local.hosts_in_zone, host)]
}

resource "google_dns_managed_zone" "main" {
  count = local.dns && var.dns_zone == null ? 1 : 0

  name        = local.name
  dns_name    = "${var.domain}."
  description = "Names of ${local.name}"

  dnssec_config {
    state         = "on"
    non_existence = "nsec3"
    # Google's own default still offers SHA-1 for keys in some regions; say what is wanted.
    default_key_specs {
      algorithm  = "ecdsap256sha256"
      key_length = 256
      key_type   = "keySigning"
    }
    default_key_specs {
      algorithm  = "ecdsap256sha256"
      key_length = 256
      key_type   = "zoneSigning"
    }
  }

  cloud_logging_config {
    enable_logging = var.access_log
  }

  depends_on = [google_project_service.api]
}

resource "google_dns_record_set" "entry" {
  for_each = {
    for pair in setproduct(local.hosts_in_zone, [["A", "ipv4"], ["AAAA", "ipv6"]]) : "${pair[0]}-${pair[1][0]}" => {
      host = pair[0]
      type = pair[1][0]
      ip   = pair[1][1]
    }
  }

  managed_zone = local.zone
  name         = "${each.value.host}."
  type         = each.value.type
  ttl          = 300
  rrdatas      = [google_compute_global_address.entry[each.value.ip].address]
}

# Only Google's authority may issue certificates for the domain.
resource "google_dns_record_set" "authority" {
  count = local.dns && var.certificate == "automatic" ? 1 : 0

  managed_zone = local.zone
  name         = "${var.domain}."
  type         = "CAA"
  ttl          = 3600
  rrdatas      = ["0 issue \"pki.goog\""]
}

resource "google_dns_record_set" "proof" {
  for_each = google_certificate_manager_dns_authorization.host

  managed_zone = local.zone
  name         = each.value.dns_resource_record[0].name
  type         = each.value.dns_resource_record[0].type
  ttl          = 300
  rrdatas      = [each.value.dns_resource_record[0].data]
}
