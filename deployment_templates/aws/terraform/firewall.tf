# Who may reach what. Everything that is not named here is closed.

data "aws_ec2_managed_prefix_list" "cdn" {
  count = var.cdn_enabled ? 1 : 0

  name = "com.amazonaws.global.cloudfront.origin-facing"
}

locals {
  database_port = { postgresql = 5432, mysql = 3306, mongodb = 27017 }[var.database_engine]
  cache_port    = 6379

  # With a CDN visitors come by it alone, and the firewall of the CDN looks where they come from.
  openings = var.cdn_enabled ? {} : {
    for pair in setproduct(local.web_ports, var.visitors) : "${pair[0]} ${pair[1]}" => { port = pair[0], source = pair[1], why = "visitors" }
  }
  more_openings = {
    for pair in flatten([for rule in var.firewall_rules : [for source in rule.sources : { port = rule.port, source = source, why = rule.why }]]) :
    "${pair.port} ${pair.source}" => pair
  }
  load_balancer_openings = merge(local.openings, { for key, one in local.more_openings : key => one if one.port != local.database_port })
  database_openings      = var.database_public ? { for key, one in local.more_openings : key => one if one.port == local.database_port } : {}
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.prefix}-load-balancer"
  description = "What visitors reach"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.prefix}-load-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local.load_balancer_openings

  security_group_id = aws_security_group.load_balancer.id
  description       = substr(replace(each.value.why, "/[^A-Za-z0-9 ._:()#,@+=&-]/", "-"), 0, 255)
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = strcontains(each.value.source, ":") ? null : each.value.source
  cidr_ipv6         = strcontains(each.value.source, ":") ? each.value.source : null
}

resource "aws_vpc_security_group_ingress_rule" "cdn" {
  count = var.cdn_enabled ? 1 : 0

  security_group_id = aws_security_group.load_balancer.id
  description       = "CDN"
  ip_protocol       = "tcp"
  from_port         = local.has_certificate ? 443 : 80
  to_port           = local.has_certificate ? 443 : 80
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cdn[0].id
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = local.container_ports

  security_group_id            = aws_security_group.load_balancer.id
  description                  = "To ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  referenced_security_group_id = aws_security_group.backend.id
}

resource "aws_security_group" "backend" {
  name        = "${local.prefix}-back-end"
  description = "Instances of the back end"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.prefix}-back-end" }
}

resource "aws_vpc_security_group_ingress_rule" "backend" {
  for_each = local.container_ports

  security_group_id            = aws_security_group.backend.id
  description                  = "From the load balancer to ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
  referenced_security_group_id = aws_security_group.load_balancer.id
}

# Images, secrets, logs and the services that the product calls are all reached by TLS.
resource "aws_vpc_security_group_egress_rule" "backend_tls" {
  security_group_id = aws_security_group.backend.id
  description       = "HTTPS to services"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "backend_database" {
  security_group_id            = aws_security_group.backend.id
  description                  = "Database"
  ip_protocol                  = "tcp"
  from_port                    = local.database_port
  to_port                      = local.database_port
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_vpc_security_group_egress_rule" "backend_cache" {
  count = var.cache_enabled ? 1 : 0

  security_group_id            = aws_security_group.backend.id
  description                  = "Cache"
  ip_protocol                  = "tcp"
  from_port                    = local.cache_port
  to_port                      = local.cache_port
  referenced_security_group_id = aws_security_group.cache[0].id
}

resource "aws_security_group" "database" {
  name        = "${local.prefix}-database"
  description = "Database"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.prefix}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "From the back end"
  ip_protocol                  = "tcp"
  from_port                    = local.database_port
  to_port                      = local.database_port
  referenced_security_group_id = aws_security_group.backend.id
}

resource "aws_vpc_security_group_ingress_rule" "database_public" {
  for_each = local.database_openings

  security_group_id = aws_security_group.database.id
  description       = substr(replace(each.value.why, "/[^A-Za-z0-9 ._:()#,@+=&-]/", "-"), 0, 255)
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = strcontains(each.value.source, ":") ? null : each.value.source
  cidr_ipv6         = strcontains(each.value.source, ":") ? each.value.source : null
}

resource "aws_security_group" "cache" {
  count = var.cache_enabled ? 1 : 0

  name        = "${local.prefix}-cache"
  description = "Cache"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.prefix}-cache" }
}

resource "aws_vpc_security_group_ingress_rule" "cache" {
  count = var.cache_enabled ? 1 : 0

  security_group_id            = aws_security_group.cache[0].id
  description                  = "From the back end"
  ip_protocol                  = "tcp"
  from_port                    = local.cache_port
  to_port                      = local.cache_port
  referenced_security_group_id = aws_security_group.backend.id
}

resource "aws_security_group" "endpoints" {
  count = local.production ? 1 : 0

  name        = "${local.prefix}-endpoints"
  description = "Private ways to services of AWS"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.prefix}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = local.production ? 1 : 0

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "From the back end"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.backend.id
}

# The web application firewall stands before the CDN, or before the load balancer without one.
# `region` is given because CloudFront takes firewalls of us-east-1 only.
locals {
  waf        = var.waf_enabled || (var.cdn_enabled && !local.everybody)
  waf_region = var.cdn_enabled ? "us-east-1" : var.region
  waf_scope  = var.cdn_enabled ? "CLOUDFRONT" : "REGIONAL"
  waf_checks = var.waf_enabled ? ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"] : []
  waf_sets   = var.cdn_enabled && !local.everybody ? { for version, networks in { IPV4 = local.visitors_v4, IPV6 = local.visitors_v6 } : version => networks if length(networks) > 0 } : {}
}

resource "aws_wafv2_ip_set" "visitors" {
  for_each = local.waf_sets

  name               = "${local.prefix}-visitors-${lower(each.key)}"
  description        = "Networks that may reach the product"
  region             = local.waf_region
  scope              = local.waf_scope
  ip_address_version = each.key
  addresses          = each.value
}

resource "aws_wafv2_web_acl" "main" {
  #checkov:skip=CKV2_AWS_31:Requests are logged by the load balancer and the CDN; the firewall's own log would hold the same lines a second time.
  count = local.waf ? 1 : 0

  name        = local.prefix
  description = "What is refused before it comes in"
  region      = local.waf_region
  scope       = local.waf_scope

  default_action {
    dynamic "allow" {
      for_each = length(local.waf_sets) == 0 ? [true] : []
      content {}
    }
    dynamic "block" {
      for_each = length(local.waf_sets) > 0 ? [true] : []
      content {}
    }
  }

  dynamic "rule" {
    for_each = { for index, name in local.waf_checks : name => index }

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = var.metrics
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = var.waf_enabled ? [var.waf_requests] : []

    content {
      name     = "requests-of-one-address"
      priority = 10

      action {
        block {}
      }

      statement {
        rate_based_statement {
          limit              = rule.value
          aggregate_key_type = "IP"
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = var.metrics
        metric_name                = "requests-of-one-address"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = { for index, version in sort(keys(local.waf_sets)) : version => index }

    content {
      name     = "visitors-${lower(rule.key)}"
      priority = 20 + rule.value

      action {
        allow {}
      }

      statement {
        ip_set_reference_statement {
          arn = aws_wafv2_ip_set.visitors[rule.key].arn
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = var.metrics
        metric_name                = "visitors-${lower(rule.key)}"
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = var.metrics
    metric_name                = local.prefix
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "load_balancer" {
  count = local.waf && !var.cdn_enabled ? 1 : 0

  resource_arn = aws_lb.main.arn
  web_acl_arn  = aws_wafv2_web_acl.main[0].arn
}
