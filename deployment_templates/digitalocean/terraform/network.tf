# A private network: the app joins it, databases answer in it.
resource "digitalocean_vpc" "main" {
  name        = local.name
  region      = var.region
  description = "Private side of ${local.name}"
  ip_range    = var.network_cidr
}
