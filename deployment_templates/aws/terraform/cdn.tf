# CloudFront before everything: pages from the bucket, /api/ from the back end.

locals {
  # Policies that AWS keeps: never cached, and all of the request but for its host or with it.
  caching_disabled   = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer         = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  all_viewer_no_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

  cdn_names = local.has_certificate && local.has_domain ? concat([var.domain], var.aliases) : []
  backends  = distinct(["/api/*", "/ready", var.health_path])
}

resource "aws_cloudfront_origin_access_control" "pages" {
  count = var.cdn_enabled ? 1 : 0

  name                              = "${local.prefix}-pages"
  description                       = "The CDN alone reads the pages"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "viewer" {
  count = var.cdn_enabled ? 1 : 0

  name    = "${local.prefix}-viewer"
  comment = "Other names redirect; the front end answers its own addresses"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = templatefile("${path.module}/viewer.js", { domain = var.domain, aliases = var.aliases })
}

resource "aws_cloudfront_cache_policy" "main" {
  for_each = var.cdn_enabled ? { pages = var.cdn_pages_s, assets = var.cdn_assets_s } : {}

  name        = "${local.prefix}-${each.key}"
  comment     = "Kept for ${each.value} s"
  min_ttl     = 0
  default_ttl = each.value
  max_ttl     = each.value

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = var.cdn_compress && each.value > 0
    enable_accept_encoding_gzip   = var.cdn_compress && each.value > 0

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "main" {
  count = var.cdn_enabled ? 1 : 0

  name    = "${local.prefix}-headers"
  comment = "How browsers protect what they show"

  security_headers_config {
    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = false
    }

    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = false
    }

    dynamic "strict_transport_security" {
      for_each = var.hsts ? [true] : []

      content {
        access_control_max_age_sec = 31536000
        override                   = true
      }
    }
  }
}

resource "aws_cloudfront_distribution" "main" {
  #checkov:skip=CKV_AWS_68:The firewall is on when waf_enabled is or visitors are named.
  #checkov:skip=CKV2_AWS_47:The firewall has these rules when waf_enabled is on.
  #checkov:skip=CKV_AWS_86:Written by the log delivery of monitoring.tf when access_log is on.
  #checkov:skip=CKV_AWS_310:There is one back end; its load balancer spans the zones.
  #checkov:skip=CKV_AWS_374:Visitors are restricted by their networks, not by their countries.
  #checkov:skip=CKV2_AWS_42:The certificate of the domain whenever there is one.
  #checkov:skip=CKV_AWS_174:TLS 1.2 or newer whenever there is a certificate; the one of CloudFront sets its own.
  #checkov:skip=CKV_AWS_34:Plain HTTP is answered only when no redirect is wanted, which the plan warns of.
  count = var.cdn_enabled ? 1 : 0

  comment             = local.full_name
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = local.production ? "PriceClass_All" : "PriceClass_100"
  default_root_object = "index.html"
  aliases             = local.cdn_names
  web_acl_id          = local.waf ? aws_wafv2_web_acl.main[0].arn : null

  origin {
    origin_id                = "pages"
    domain_name              = aws_s3_bucket.pages[0].bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.pages[0].id
  }

  # The certificate of the load balancer is that of the domain, which the CDN asks for when it passes the host on.
  origin {
    origin_id   = "backend"
    domain_name = aws_lb.main.dns_name

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = local.has_certificate ? "https-only" : "http-only"
      origin_ssl_protocols   = ["TLSv1.2"]
      origin_read_timeout    = min(60, var.request_timeout_s)
    }
  }

  default_cache_behavior {
    target_origin_id           = "pages"
    viewer_protocol_policy     = var.redirect ? "redirect-to-https" : "allow-all"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = var.cdn_compress
    cache_policy_id            = aws_cloudfront_cache_policy.main["pages"].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.main[0].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.viewer[0].arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/assets/*"
    target_origin_id           = "pages"
    viewer_protocol_policy     = var.redirect ? "redirect-to-https" : "allow-all"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = var.cdn_compress
    cache_policy_id            = aws_cloudfront_cache_policy.main["assets"].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.main[0].id
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.backends

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = "backend"
      viewer_protocol_policy     = var.redirect ? "https-only" : "allow-all" # a redirect would repeat a form without what was typed
      allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = var.cdn_compress
      cache_policy_id            = local.caching_disabled
      origin_request_policy_id   = local.has_certificate ? local.all_viewer : local.all_viewer_no_host
      response_headers_policy_id = aws_cloudfront_response_headers_policy.main[0].id

      dynamic "function_association" {
        for_each = ordered_cache_behavior.value == "/api/*" ? [true] : []

        content {
          event_type   = "viewer-request"
          function_arn = aws_cloudfront_function.viewer[0].arn
        }
      }
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = length(local.cdn_names) == 0
    acm_certificate_arn            = length(local.cdn_names) == 0 ? null : local.cdn_certificate_arn
    ssl_support_method             = length(local.cdn_names) == 0 ? null : "sni-only"
    minimum_protocol_version       = length(local.cdn_names) == 0 ? "TLSv1" : (var.tls_minimum == "1.3" ? "TLSv1.3_2025" : "TLSv1.2_2021")
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}
