# The back end on Cloud Run. Terraform makes its surroundings; which image runs, in which revision, and who gets the
# visitors is the business of roll_out: a revision without visitors, its health, then the switch.

locals {
  proxy_image = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2"
  proxy_arguments = local.sql ? concat(
    [
      "--auto-iam-authn",
      "--private-ip",
      "--structured-logs",
      "--health-check",
      "--http-address=0.0.0.0",
      "--http-port=9090",
      "--max-connections=${var.database_connections}",
      "${google_sql_database_instance.main[0].connection_name}?port=${local.database_port}",
    ],
    # The proxy listens for the first replica one port further; more of them are for other readers.
    [for replica in slice(google_sql_database_instance.replica, 0, min(1, var.database_replicas)) : "${replica.connection_name}?port=${local.database_port + 1}"],
  ) : []
  probe_period_s = 5
}

resource "google_cloud_run_v2_service" "app" {
  name                = local.name
  location            = var.region
  description         = "Back end of ${local.name}"
  deletion_protection = local.production
  # Only the load balancer reaches it: what it filters cannot be gone around.
  ingress              = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  default_uri_disabled = true
  # Visitors have no Google identity; the product knows its users itself.
  invoker_iam_disabled = true

  # At least that many where the visitors are: a minimum of each revision would keep old ones and tried ones running, too.
  scaling {
    min_instance_count = var.instances_minimum
  }

  template {
    service_account                  = google_service_account.app.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    timeout                          = "${var.request_timeout_s}s"
    max_instance_request_concurrency = var.requests_per_instance > 0 ? min(var.requests_per_instance, 1000) : 80
    labels                           = local.labels

    scaling {
      max_instance_count = var.instances_maximum
      cpu_utilization    = var.cpu_percent / 100
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = google_compute_network.main.name
        subnetwork = google_compute_subnetwork.main.name
        tags       = [local.name]
      }
    }

    containers {
      name       = "app"
      image      = var.image
      depends_on = local.sql ? ["database-proxy"] : null

      ports {
        container_port = var.port
      }

      resources {
        limits            = { cpu = var.instance_cpu, memory = var.instance_memory }
        cpu_idle          = false # an instance that works between requests keeps its processor
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value.secret
              version = env.value.version
            }
          }
        }
      }

      startup_probe {
        period_seconds    = local.probe_period_s
        timeout_seconds   = local.probe_period_s
        failure_threshold = ceil(min(var.health_budget_s, 240) / local.probe_period_s)
        http_get {
          path = var.health_path
          port = var.port
        }
      }

      liveness_probe {
        period_seconds    = var.health_every_s
        timeout_seconds   = min(5, var.health_every_s)
        failure_threshold = 3
        http_get {
          path = var.health_path
          port = var.port
        }
      }
    }

    dynamic "containers" {
      for_each = local.sql ? [local.proxy_arguments] : []
      content {
        name  = "database-proxy"
        image = local.proxy_image
        args  = containers.value

        resources {
          limits   = { cpu = "1", memory = "256Mi" } # less than one processor would allow one request at a time
          cpu_idle = false
        }

        startup_probe {
          period_seconds    = 2
          timeout_seconds   = 2
          failure_threshold = 30
          http_get {
            path = "/startup"
            port = 9090
          }
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].annotations,
      template[0].containers[0].image,
      template[0].revision,
      traffic,
    ]
  }

  depends_on = [
    google_project_iam_member.app,
    google_secret_manager_secret_iam_member.app,
    google_secret_manager_secret_iam_member.cache_url,
    google_sql_user.app,
  ]
}

# Brings the tables up to date; roll_out gives it the image of the release and runs it before the switch.
resource "google_cloud_run_v2_job" "migrate" {
  name                = "${local.name}-migrate"
  location            = var.region
  deletion_protection = false

  template {
    task_count = 1

    template {
      service_account = google_service_account.app.email
      max_retries     = 0 # a migration that failed halfway is looked at, not run again
      timeout         = "1800s"

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = google_compute_network.main.name
          subnetwork = google_compute_subnetwork.main.name
          tags       = [local.name]
        }
      }

      containers {
        name       = "migrate"
        image      = var.image
        command    = [var.migrate_command[0]]
        args       = slice(var.migrate_command, 1, length(var.migrate_command))
        depends_on = local.sql ? ["database-proxy"] : null

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        dynamic "env" {
          for_each = local.environment
          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = local.secrets
          content {
            name = env.key
            value_source {
              secret_key_ref {
                secret  = env.value.secret
                version = env.value.version
              }
            }
          }
        }
      }

      dynamic "containers" {
        for_each = local.sql ? [local.proxy_arguments] : []
        content {
          name  = "database-proxy"
          image = local.proxy_image
          args  = containers.value

          resources {
            limits = { cpu = "1", memory = "512Mi" }
          }

          startup_probe {
            period_seconds    = 2
            timeout_seconds   = 2
            failure_threshold = 30
            http_get {
              path = "/startup"
              port = 9090
            }
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].template[0].containers[0].image,
    ]
  }

  depends_on = [
    google_project_iam_member.app,
    google_secret_manager_secret_iam_member.app,
    google_secret_manager_secret_iam_member.cache_url,
    google_sql_user.app,
  ]
}
