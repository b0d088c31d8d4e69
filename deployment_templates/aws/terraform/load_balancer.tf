resource "aws_lb" "main" {
  #checkov:skip=CKV_AWS_150:Protected in production; staging may be taken down in one step.
  #checkov:skip=CKV_AWS_91:On whenever access_log is, which the wizard offers and recommends.
  #checkov:skip=CKV2_AWS_28:The firewall is on when waf_enabled is, and before the CDN when there is one.
  #checkov:skip=CKV2_AWS_76:AWSManagedRulesKnownBadInputsRuleSet, which refuses Log4j requests, is among the rules whenever the firewall is on.
  #checkov:skip=CKV2_AWS_20:Redirects whenever there is a certificate and redirect is on, which is the default.
  name                       = local.prefix
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = aws_subnet.public[*].id
  idle_timeout               = var.request_timeout_s
  drop_invalid_header_fields = true
  enable_deletion_protection = local.production

  dynamic "access_logs" {
    for_each = var.access_log ? [true] : []

    content {
      bucket  = aws_s3_bucket.logs[0].id
      prefix  = "load-balancer"
      enabled = true
    }
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

locals {
  has_pages       = var.pages_image != "" && !var.cdn_enabled
  container_ports = merge({ backend = 8000 }, local.has_pages ? { pages = 8080 } : {})
  blue_green      = var.rollout == "blue_green" && !local.plain # ECS moves one rule, and plain HTTP would be a second
  colors          = local.blue_green ? ["blue", "green"] : ["blue"]
  target_groups   = { for pair in setproduct(keys(local.container_ports), local.colors) : "${pair[0]}-${pair[1]}" => { container = pair[0], port = local.container_ports[pair[0]] } }
  api_paths       = local.has_pages ? ["/api/*", "/ready", var.health_path] : ["/*"]

  main_port  = local.has_certificate ? 443 : 80
  tls_policy = var.tls_minimum == "1.3" ? "ELBSecurityPolicy-TLS13-1-3-2021-06" : "ELBSecurityPolicy-TLS13-1-2-2021-06"
  plain      = local.has_certificate && !var.redirect && !var.cdn_enabled
  ports      = toset([for port in local.plain ? [local.main_port, 80] : [local.main_port] : tostring(port)])
  others     = toset([for port in distinct(concat(local.plain || !local.has_certificate ? [] : [80], [for one in values(local.load_balancer_openings) : one.port])) : tostring(port) if !contains([local.main_port, local.plain ? 80 : 0], port)])
}

# One for the release that serves, one for the next; which is which changes with each take-over.
resource "aws_lb_target_group" "main" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; beyond it only the group of the back end is reached, inside the private network.
  for_each = local.target_groups

  name                 = "${local.prefix}-${substr(each.key, 0, 1)}-${split("-", each.key)[1]}"
  vpc_id               = aws_vpc.main.id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = each.value.port
  deregistration_delay = var.drain_s

  health_check {
    path                = each.value.container == "backend" ? var.health_path : "/"
    matcher             = "200"
    interval            = var.health_every_s
    timeout             = min(10, var.health_every_s - 1)
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "main" {
  #checkov:skip=CKV_AWS_2:Plain only when no certificate is wanted, which the plan refuses for production.
  #checkov:skip=CKV_AWS_103:TLS 1.2 or newer whenever there is a certificate.
  for_each = local.ports

  load_balancer_arn = aws_lb.main.arn
  port              = tonumber(each.value)
  protocol          = local.has_certificate && each.value != "80" ? "HTTPS" : "HTTP"
  certificate_arn   = local.has_certificate && each.value != "80" ? local.certificate_arn : null
  ssl_policy        = local.has_certificate && each.value != "80" ? local.tls_policy : null

  routing_http_response_server_enabled                         = false
  routing_http_response_strict_transport_security_header_value = var.hsts && local.has_certificate && each.value != "80" ? "max-age=31536000" : null

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }
}

# Plain HTTP, and the ports of further openings, lead to the main address.
resource "aws_lb_listener" "redirect" {
  #checkov:skip=CKV_AWS_103:TLS 1.2 or newer wherever it ends TLS.
  for_each = local.others

  load_balancer_arn = aws_lb.main.arn
  port              = tonumber(each.value)
  protocol          = local.has_certificate && each.value != "80" ? "HTTPS" : "HTTP"
  certificate_arn   = local.has_certificate && each.value != "80" ? local.certificate_arn : null
  ssl_policy        = local.has_certificate && each.value != "80" ? local.tls_policy : null

  default_action {
    type = "redirect"

    redirect {
      protocol    = local.has_certificate ? "HTTPS" : "HTTP"
      port        = tostring(local.main_port)
      status_code = "HTTP_301"
    }
  }
}

locals {
  alias_rules = local.has_domain ? { for pair in setproduct(local.ports, range(length(chunklist(var.aliases, 5)))) : "${pair[0]} ${pair[1]}" => { port = pair[0], index = pair[1] } } : {}
}

# Five names are as many as one rule allows.
resource "aws_lb_listener_rule" "aliases" {
  for_each = local.alias_rules

  listener_arn = aws_lb_listener.main[each.value.port].arn
  priority     = 10 + each.value.index

  action {
    type = "redirect"

    redirect {
      host        = var.domain
      status_code = "HTTP_301"
    }
  }

  condition {
    host_header {
      values = chunklist(var.aliases, 5)[each.value.index]
    }
  }
}

# ECS moves the traffic of these rules from one colour to the other, so Terraform leaves their action alone.
resource "aws_lb_listener_rule" "backend" {
  for_each = local.ports

  listener_arn = aws_lb_listener.main[each.value].arn
  priority     = 100

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = local.colors

        content {
          arn    = aws_lb_target_group.main["backend-${target_group.value}"].arn
          weight = target_group.key == 0 ? 100 : 0
        }
      }
    }
  }

  condition {
    path_pattern {
      values = local.api_paths
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_lb_listener_rule" "pages" {
  for_each = local.has_pages ? local.ports : toset([])

  listener_arn = aws_lb_listener.main[each.value].arn
  priority     = 200

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = local.colors

        content {
          arn    = aws_lb_target_group.main["pages-${target_group.value}"].arn
          weight = target_group.key == 0 ? 100 : 0
        }
      }
    }
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}
