# The way in: one address, /api and the health path to the back end, everything else to the pages.

locals {
  security_headers = concat(
    [
      "X-Content-Type-Options: nosniff",
      "X-Frame-Options: DENY",
      "Referrer-Policy: strict-origin-when-cross-origin",
      "Permissions-Policy: camera=(), microphone=(), geolocation=()",
    ],
    local.tls && var.hsts ? ["Strict-Transport-Security: max-age=31536000"] : [],
  )
}

resource "google_compute_global_address" "entry" {
  for_each = { ipv4 = "IPV4", ipv6 = "IPV6" }

  name        = "${local.name}-${each.key}"
  description = "Where visitors of ${local.name} come in"
  ip_version  = each.value

  depends_on = [google_project_service.api]
}

resource "google_compute_region_network_endpoint_group" "app" {
  name                  = local.name
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.app.name
  }
}

resource "google_compute_backend_service" "app" {
  name                    = "${local.name}-app"
  description             = "Back end of ${local.name}"
  protocol                = "HTTPS"
  load_balancing_scheme   = "EXTERNAL_MANAGED"
  security_policy         = google_compute_security_policy.app.id
  compression_mode        = var.cdn_compress ? "AUTOMATIC" : "DISABLED"
  custom_response_headers = local.security_headers

  backend {
    group = google_compute_region_network_endpoint_group.app.id
  }

  log_config {
    enable      = var.access_log
    sample_rate = var.access_log ? 1 : null
  }
}

resource "google_compute_url_map" "main" {
  name            = local.name
  description     = "Which address is answered by whom"
  default_service = google_compute_backend_bucket.pages["pages"].id

  host_rule {
    hosts        = ["*"]
    path_matcher = "product"
  }

  path_matcher {
    name            = "product"
    default_service = google_compute_backend_bucket.pages["pages"].id

    path_rule {
      paths   = distinct(["/api/*", var.health_path])
      service = google_compute_backend_service.app.id
    }

    path_rule {
      paths   = ["/assets/*"]
      service = google_compute_backend_bucket.pages["assets"].id
    }

    # Every other address is a page of the application: it is answered with the page, not with 404. The policy belongs to
    # this rule alone: as the default of all rules it would turn what the back end does not find into pages, too.
    path_rule {
      paths   = ["/*"]
      service = google_compute_backend_bucket.pages["pages"].id

      custom_error_response_policy {
        error_service = google_compute_backend_bucket.pages["pages"].id
        error_response_rule {
          match_response_codes   = ["404"]
          path                   = "/index.html"
          override_response_code = 200
        }
      }
    }
  }

  dynamic "host_rule" {
    for_each = length(var.aliases) > 0 && var.domain != null ? [var.aliases] : []
    content {
      hosts        = host_rule.value
      path_matcher = "aliases"
    }
  }

  dynamic "path_matcher" {
    for_each = length(var.aliases) > 0 && var.domain != null ? [var.domain] : []
    content {
      name = "aliases"
      default_url_redirect {
        host_redirect          = path_matcher.value
        https_redirect         = local.tls
        redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
        strip_query            = false
      }
    }
  }
}

resource "google_compute_url_map" "redirect" {
  count = local.tls && var.tls_redirect ? 1 : 0

  name        = "${local.name}-redirect"
  description = "Plain HTTP is answered with a redirect to HTTPS"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "main" {
  name    = local.name
  url_map = local.tls && var.tls_redirect ? google_compute_url_map.redirect[0].id : google_compute_url_map.main.id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = google_compute_global_address.entry

  name                  = "${local.name}-http-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = each.value.id
  ip_protocol           = "TCP"
  port_range            = "80"
  target                = google_compute_target_http_proxy.main.id
}

resource "google_compute_target_https_proxy" "main" {
  count = local.tls ? 1 : 0

  name            = local.name
  url_map         = google_compute_url_map.main.id
  ssl_policy      = google_compute_ssl_policy.main[0].id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.main[0].id}"
  quic_override   = "ENABLE"
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = { for name, address in google_compute_global_address.entry : name => address if local.tls }

  name                  = "${local.name}-https-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = each.value.id
  ip_protocol           = "TCP"
  port_range            = "443"
  target                = google_compute_target_https_proxy.main[0].id
}
