# Certificates and records. The load balancer needs a certificate of its region, CloudFront one of us-east-1.

locals {
  automatic           = var.certificate == "automatic" && local.has_domain
  certificate_regions = local.automatic ? toset(concat([var.region], var.cdn_enabled ? ["us-east-1"] : [])) : toset([])
  names               = local.has_domain ? concat([var.domain], var.aliases) : []

  certificate_arn     = var.certificate == "own" ? var.certificate_arn : (local.automatic ? aws_acm_certificate_validation.main[var.region].certificate_arn : null)
  cdn_certificate_arn = var.certificate == "own" ? coalesce(var.cdn_certificate_arn, var.certificate_arn, "missing") : (local.automatic && var.cdn_enabled ? aws_acm_certificate_validation.main["us-east-1"].certificate_arn : null)

  # The records that prove the names are the same for each region.
  proofs = local.automatic ? { for one in aws_acm_certificate.main[var.region].domain_validation_options : one.domain_name => one } : {}
}

resource "aws_acm_certificate" "main" {
  for_each = local.certificate_regions

  region                    = each.value
  domain_name               = var.domain
  subject_alternative_names = var.aliases
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

data "aws_route53_zone" "main" {
  count = var.manage_dns && local.has_domain ? 1 : 0

  name = var.dns_zone
}

resource "aws_route53_record" "proof" {
  for_each = local.automatic && var.manage_dns ? toset(local.names) : toset([])

  zone_id         = data.aws_route53_zone.main[0].zone_id
  name            = local.proofs[each.value].resource_record_name
  type            = local.proofs[each.value].resource_record_type
  records         = [local.proofs[each.value].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

# Waits until the names are proved. Without manage_dns somebody makes the records meanwhile that the output names.
resource "aws_acm_certificate_validation" "main" {
  for_each = local.certificate_regions

  region                  = each.value
  certificate_arn         = aws_acm_certificate.main[each.value].arn
  validation_record_fqdns = var.manage_dns ? [for record in values(aws_route53_record.proof) : record.fqdn] : null
}

resource "aws_route53_record" "address" {
  for_each = var.manage_dns ? { for pair in setproduct(local.names, var.cdn_enabled ? ["A", "AAAA"] : ["A"]) : "${pair[0]} ${pair[1]}" => { name = pair[0], type = pair[1] } } : {}

  zone_id = data.aws_route53_zone.main[0].zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = var.cdn_enabled ? aws_cloudfront_distribution.main[0].domain_name : aws_lb.main.dns_name
    zone_id                = var.cdn_enabled ? aws_cloudfront_distribution.main[0].hosted_zone_id : aws_lb.main.zone_id
    evaluate_target_health = false
  }
}
