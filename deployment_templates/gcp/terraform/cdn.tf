# The pages at the edge. One bucket, two ways to keep it: files with a digest in their name for long, pages briefly.

locals {
  page_ways = {
    assets = var.cdn_assets_s
    pages  = var.cdn_pages_s
  }
}

resource "google_compute_backend_bucket" "pages" {
  for_each = local.page_ways

  name                    = "${local.name}-${each.key}"
  description             = each.key == "assets" ? "Files with a digest in their name" : "Pages"
  bucket_name             = google_storage_bucket.pages.name
  enable_cdn              = var.cdn_enabled
  compression_mode        = var.cdn_compress ? "AUTOMATIC" : "DISABLED"
  edge_security_policy    = google_compute_security_policy.edge.id
  custom_response_headers = local.page_headers

  dynamic "cdn_policy" {
    for_each = var.cdn_enabled ? [each.value] : []
    content {
      cache_mode         = "FORCE_CACHE_ALL"
      default_ttl        = cdn_policy.value
      client_ttl         = cdn_policy.value
      negative_caching   = false
      request_coalescing = true
      serve_while_stale  = cdn_policy.value > 0 ? 86400 : 0
    }
  }
}

locals {
  page_headers = concat(local.security_headers, [
    "Content-Security-Policy: default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
  ])
}
