# App Platform: it starts a release beside the old one, waits for its health, switches, drains, and goes back by itself;
# it renews certificates and keeps its machines patched. Droplets behind a load balancer would do none of that, and every
# secret would have to lie in the state as part of their user data. What it cannot do is said in README.md.

locals {
  # One period for start and life: App Platform has one check. Bad answers are borne with until the budget is used up.
  health_period_s = min(var.health_every_s, 300)
  health_failures = max(2, min(50, ceil(var.health_budget_s / local.health_period_s)))
  app_alarms      = { cpu_percent = "CPU_UTILIZATION", memory_percent = "MEM_UTILIZATION", restarts = "RESTART_COUNT" }
  windows         = { 5 = "FIVE_MINUTES", 10 = "TEN_MINUTES", 30 = "THIRTY_MINUTES", 60 = "ONE_HOUR" }
}

resource "digitalocean_app" "main" {
  project_id = digitalocean_project.main.id

  spec {
    name               = local.short # 32 characters at most
    region             = local.app_region
    disable_edge_cache = !var.cdn_enabled
    # The edge would otherwise rewrite addresses of mail in pages, which breaks their digests.
    disable_email_obfuscation       = true
    enhanced_threat_control_enabled = local.production

    vpc {
      id = digitalocean_vpc.main.id
    }

    dynamic "domain" {
      for_each = local.hosts
      content {
        name = domain.value
        type = domain.key == 0 ? "PRIMARY" : "ALIAS"
        zone = local.zone != null && (domain.value == local.zone || endswith(domain.value, ".${coalesce(local.zone, "-")}")) ? local.zone : null
      }
    }

    # For everything in the app. Secrets are variables of the components: roll_out sets them, and Terraform leaves them alone.
    dynamic "env" {
      for_each = local.variables
      content {
        key   = env.key
        value = env.value
        scope = "RUN_TIME"
        type  = "GENERAL"
      }
    }

    dynamic "alert" {
      for_each = toset(concat(["DEPLOYMENT_FAILED", "DOMAIN_FAILED"], local.scales ? ["AUTOSCALE_FAILED"] : []))
      content {
        rule = alert.value
        destinations {
          emails = var.mails
        }
      }
    }

    database {
      name         = "db"
      cluster_name = digitalocean_database_cluster.main.name
      engine       = { pg = "PG", mysql = "MYSQL", mongodb = "MONGODB" }[local.engine]
      version      = local.version
      db_name      = local.documents ? null : digitalocean_database_db.app.name
      db_user      = local.database_user
      production   = true
    }

    dynamic "database" {
      for_each = digitalocean_database_cluster.cache
      content {
        name         = "cache"
        cluster_name = database.value.name
        engine       = "VALKEY"
        version      = database.value.version
        production   = true
      }
    }

    service {
      name               = "app"
      http_port          = var.port
      instance_size_slug = local.instance_size
      instance_count     = local.scales ? null : var.instances_minimum

      dynamic "autoscaling" {
        for_each = local.scales ? [1] : []
        content {
          min_instance_count = var.instances_minimum
          max_instance_count = var.instances_maximum
          metrics {
            cpu {
              percent = var.cpu_percent
            }
          }
        }
      }

      image {
        registry_type = local.image.registry_type
        registry      = local.image.registry
        repository    = local.image.repository
        tag           = local.image.tag
        digest        = local.image.digest
      }

      health_check {
        http_path             = var.health_path
        port                  = var.port
        initial_delay_seconds = 5
        period_seconds        = local.health_period_s
        timeout_seconds       = min(5, local.health_period_s)
        failure_threshold     = local.health_failures
        success_threshold     = 1
      }

      termination {
        drain_seconds        = min(max(var.drain_s, 1), 110)
        grace_period_seconds = max(var.drain_s, 10)
      }

      dynamic "alert" {
        for_each = { for index, alarm in var.alarms : index => alarm if var.metrics && contains(keys(local.app_alarms), alarm.measure) }
        content {
          rule     = local.app_alarms[alert.value.measure]
          operator = "GREATER_THAN"
          value    = alert.value.above
          window   = local.windows[[for minutes in [5, 10, 30, 60] : minutes if minutes >= min(alert.value.minutes, 60)][0]]
          destinations {
            emails = var.mails
          }
        }
      }

      dynamic "log_destination" {
        for_each = var.log_endpoint == "" ? [] : [var.log_endpoint]
        content {
          name = "kept"
          papertrail {
            endpoint = log_destination.value
          }
        }
      }
    }

    dynamic "service" {
      for_each = local.pages_image == null ? [] : [local.pages_image]
      content {
        name               = "pages"
        http_port          = 8080
        instance_size_slug = var.instance_size_shared
        instance_count     = var.instances_minimum

        image {
          registry_type = service.value.registry_type
          registry      = service.value.registry
          repository    = service.value.repository
          tag           = service.value.tag
          digest        = service.value.digest
        }

        health_check {
          http_path      = "/"
          port           = 8080
          period_seconds = local.health_period_s
        }
      }
    }

    # Before the switch; when it fails the old release keeps serving.
    job {
      name               = "migrate"
      kind               = "PRE_DEPLOY"
      instance_count     = 1
      instance_size_slug = var.instance_size_shared
      run_command        = var.migrate_command

      image {
        registry_type = local.image.registry_type
        registry      = local.image.registry
        repository    = local.image.repository
        tag           = local.image.tag
        digest        = local.image.digest
      }
    }

    ingress {
      # Other names redirect to the domain.
      dynamic "rule" {
        for_each = var.domain == null ? [] : var.aliases
        content {
          match {
            authority {
              exact = rule.value
            }
            path {
              prefix = "/"
            }
          }
          redirect {
            authority     = var.domain
            scheme        = "https"
            redirect_code = 301
          }
        }
      }

      dynamic "rule" {
        for_each = local.pages_image == null ? ["/"] : distinct(["/api", var.health_path])
        content {
          match {
            path {
              prefix = rule.value
            }
          }
          component {
            name                 = "app"
            preserve_path_prefix = true
          }
        }
      }

      dynamic "rule" {
        for_each = local.pages_image == null ? [] : ["/"]
        content {
          match {
            path {
              prefix = rule.value
            }
          }
          component {
            name = "pages"
          }
        }
      }
    }
  }

  lifecycle {
    # The release: its images, and the values of its secrets.
    ignore_changes = [
      spec[0].service[0].image,
      spec[0].service[0].env,
      spec[0].service[1].image,
      spec[0].service[1].env,
      spec[0].job[0].image,
      spec[0].job[0].env,
    ]
  }

  depends_on = [digitalocean_domain.main]
}
