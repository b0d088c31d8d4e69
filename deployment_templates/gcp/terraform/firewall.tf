# Who may come in, decided at Google's edge before the product is asked (Cloud Armor).

locals {
  # A rule names ten networks at most.
  visitor_chunks = chunklist(var.visitors, 10)
  attacks = {
    sqli     = "sqli-v33-stable"
    xss      = "xss-v33-stable"
    lfi      = "lfi-v33-stable"
    rce      = "rce-v33-stable"
    scanner  = "scannerdetection-v33-stable"
    protocol = "protocolattack-v33-stable"
    session  = "sessionfixation-v33-stable"
  }
  attack_names = keys(local.attacks)
}

resource "google_compute_security_policy" "app" {
  #checkov:skip=CKV_GCP_73:The first rule is the one that is asked for; the checker loses it among the dynamic rules.
  name        = "${local.name}-app"
  description = "Who may reach the back end of ${local.name}"
  type        = "CLOUD_ARMOR"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  # Log4Shell and its relatives, whatever the back end is written in.
  rule {
    action      = "deny(403)"
    priority    = 900
    description = "Known exploits"
    match {
      expr {
        expression = "evaluatePreconfiguredExpr('cve-canary')"
      }
    }
  }

  # In staging attacks are only noted, so that a rule that is too strict is found there and not by customers.
  dynamic "rule" {
    for_each = local.attacks
    content {
      action      = "deny(403)"
      priority    = 1000 + index(local.attack_names, rule.key)
      description = "Attacks: ${rule.key}"
      preview     = !local.production
      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  # Google's own check from outside comes from addresses all over the world; the health path tells nothing but its state.
  rule {
    action      = "allow"
    priority    = 1900
    description = "The check from outside"
    match {
      expr {
        expression = "request.path == '${var.health_path}'"
      }
    }
  }

  dynamic "rule" {
    for_each = local.visitor_chunks
    content {
      action      = "throttle"
      priority    = 2000 + rule.key
      description = "Visitors, each with a limit"
      match {
        versioned_expr = "SRC_IPS_V1"
        config {
          src_ip_ranges = rule.value
        }
      }
      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"
        rate_limit_threshold {
          count        = var.visitor_requests_per_minute
          interval_sec = 60
        }
      }
    }
  }

  rule {
    action      = "deny(403)"
    priority    = 2147483647
    description = "Everybody else"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

# Before the caches only networks can be looked at.
resource "google_compute_security_policy" "edge" {
  #checkov:skip=CKV_GCP_73:A policy at the edge knows no such expression; the policy of the back end has it, and pages run nothing.
  name        = "${local.name}-edge"
  description = "Who may reach the pages of ${local.name}"
  type        = "CLOUD_ARMOR_EDGE"

  dynamic "rule" {
    for_each = local.visitor_chunks
    content {
      action      = "allow"
      priority    = 2000 + rule.key
      description = "Visitors"
      match {
        versioned_expr = "SRC_IPS_V1"
        config {
          src_ip_ranges = rule.value
        }
      }
    }
  }

  rule {
    action      = "deny(403)"
    priority    = 2147483647
    description = "Everybody else"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
