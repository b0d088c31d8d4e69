locals {
  dns  = var.manage_dns && var.domain != null
  zone = local.dns ? coalesce(var.dns_zone, var.domain) : null
}

# App Platform makes the records of the app in it by itself, and renews the certificates.
resource "digitalocean_domain" "main" {
  count = local.dns && var.dns_zone == null ? 1 : 0

  name = var.domain
}

# Only the authorities that App Platform uses may issue certificates for the domain.
resource "digitalocean_record" "authority" {
  for_each = toset(local.dns ? ["letsencrypt.org", "pki.goog"] : [])

  domain = local.zone
  type   = "CAA"
  name   = var.domain == local.zone ? "@" : trimsuffix(var.domain, ".${local.zone}")
  flags  = 0
  tag    = "issue"
  value  = "${each.value}."
  ttl    = 3600

  depends_on = [digitalocean_domain.main]
}
