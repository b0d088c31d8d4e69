resource "aws_ecr_repository" "main" {
  name                 = local.full_name
  image_tag_mutability = "IMMUTABLE" # a release is known by its image, so a tag never moves

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.main.arn
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  repository = aws_ecr_repository.main.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the release that serves and those to go back to"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.releases + 1 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecs_cluster" "main" {
  name = local.full_name

  setting {
    name  = "containerInsights"
    value = var.metrics ? "enabled" : "disabled" #checkov:skip=CKV_AWS_65:On whenever metrics are, which is the default.
  }
}

locals {
  # What the back end is told besides the variables. Names that the deployment sets itself win.
  settings = merge(
    var.variables,
    {
      ENVIRONMENT          = var.environment
      HOST                 = "0.0.0.0"
      PORT                 = "8000"
      LOG_LEVEL            = upper(var.log_level)
      DATABASE_SCHEME      = { postgresql = "postgresql", mysql = "mysql", mongodb = "mongodb" }[var.database_engine]
      DATABASE_HOST        = local.database_host
      DATABASE_PORT        = tostring(local.database_port)
      DATABASE_NAME        = local.database_name
      DATABASE_OPTIONS     = { postgresql = "sslmode=require", mysql = "ssl_check_hostname=false", mongodb = "tls=true&replicaSet=rs0&retryWrites=false" }[var.database_engine]
      DATABASE_CONNECTIONS = tostring(var.database_connections)
      DATABASE_READ_HOSTS  = join(",", local.database_read_hosts)
    },
    var.cache_enabled ? { CACHE_URL = "rediss://${aws_elasticache_replication_group.main[0].primary_endpoint_address}:${local.cache_port}/0" } : {},
    var.traces ? { OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318", OTEL_SERVICE_NAME = var.name } : {},
  )

  secret_references = merge(
    { for name, place in local.secret_places : name => "${place.arn}:${place.key}::${place.version}" },
    local.own_secret ? { SECRET_KEY = "${aws_secretsmanager_secret.application[0].arn}:SECRET_KEY::" } : {},
    { DATABASE_USER = "${local.database_secret_arn}:username::", DATABASE_PASSWORD = "${local.database_secret_arn}:password::" },
  )

  log_options = { for part in ["backend", "pages", "traces"] : part => {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.backend.name
      awslogs-region        = var.region
      awslogs-stream-prefix = part
      mode                  = "non-blocking"
      max-buffer-size       = "8m"
    }
  } }

  backend = {
    name                   = "backend"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = false # uploads are written to /tmp and /data, and volumes of Fargate belong to root
    entryPoint             = ["python", "-c", file("${path.module}/start.py")]
    command                = concat(["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--no-server-header", "--proxy-headers", "--forwarded-allow-ips=*"], var.access_log ? [] : ["--no-access-log"])
    environment            = [for name in sort(keys(local.settings)) : { name = name, value = local.settings[name] }]
    secrets                = [for name in sort(keys(local.secret_references)) : { name = name, valueFrom = local.secret_references[name] }]
    portMappings           = [{ containerPort = 8000, protocol = "tcp" }]
    stopTimeout            = min(120, max(30, var.drain_s)) # Fargate waits for two minutes at most
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"], add = [] } }
    logConfiguration       = local.log_options["backend"]
    # The image has no shell tools to rely on; its Python has all that is needed.
    healthCheck = {
      command     = ["CMD", "python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000${var.health_path}', timeout=4)"]
      interval    = min(300, var.health_every_s)
      timeout     = 5
      retries     = 3
      startPeriod = min(300, var.health_budget_s)
    }
  }

  pages = {
    name                   = "pages"
    image                  = local.has_pages ? var.pages_image : ""
    essential              = true
    readonlyRootFilesystem = false # uploads are written to /tmp and /data, and volumes of Fargate belong to root
    portMappings           = [{ containerPort = 8080, protocol = "tcp" }]
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"], add = [] } }
    logConfiguration       = local.log_options["pages"]
  }

  collector = {
    name                   = "traces"
    image                  = var.traces_image
    essential              = false # without it requests are still answered
    readonlyRootFilesystem = true
    command                = ["--config=/etc/ecs/ecs-default-config.yaml"]
    logConfiguration       = local.log_options["traces"]
  }

  containers = concat([jsonencode(local.backend)], local.has_pages ? [jsonencode(local.pages)] : [], var.traces ? [jsonencode(local.collector)] : [])
}

resource "aws_ecs_task_definition" "main" {
  #checkov:skip=CKV_AWS_336:Processes are not root and write to /tmp and /data alone; a volume of Fargate would belong to root, and tmpfs is not offered there. It goes with the instance.
  family                   = local.full_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = "[${join(",", local.containers)}]"

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }
}

resource "aws_ecs_service" "main" {
  name                               = local.full_name
  cluster                            = aws_ecs_cluster.main.arn
  task_definition                    = aws_ecs_task_definition.main.arn
  desired_count                      = var.minimum
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST" #checkov:skip=CKV_AWS_332:LATEST is what the check asks for.
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  availability_zone_rebalancing      = var.rollout == "recreate" ? "DISABLED" : "ENABLED"
  health_check_grace_period_seconds  = var.health_budget_s
  deployment_minimum_healthy_percent = var.rollout == "recreate" ? 0 : 100
  deployment_maximum_percent         = var.rollout == "recreate" ? 100 : 200

  # Blue-green: all traffic goes over at once when the new release is healthy; the old one stays for the time of `drain_s`,
  # rounded up to minutes, and gets it back if an alarm rings.
  deployment_configuration {
    strategy             = local.blue_green ? "BLUE_GREEN" : "ROLLING"
    bake_time_in_minutes = local.blue_green ? ceil(var.drain_s / 60) : null
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = var.automatic_rollback
  }

  dynamic "load_balancer" {
    for_each = local.container_ports

    content {
      container_name   = load_balancer.key
      container_port   = load_balancer.value
      target_group_arn = aws_lb_target_group.main["${load_balancer.key}-blue"].arn

      dynamic "advanced_configuration" {
        for_each = local.blue_green ? [true] : []

        content {
          alternate_target_group_arn = aws_lb_target_group.main["${load_balancer.key}-green"].arn
          production_listener_rule   = load_balancer.key == "backend" ? aws_lb_listener_rule.backend[tostring(local.main_port)].arn : aws_lb_listener_rule.pages[tostring(local.main_port)].arn
          role_arn                   = aws_iam_role.traffic[0].arn
        }
      }
    }
  }

  network_configuration {
    subnets          = local.task_subnets
    security_groups  = [aws_security_group.backend.id]
    assign_public_ip = false
  }

  # Releases and load change these; Terraform would take them back.
  lifecycle {
    ignore_changes = [task_definition, desired_count, load_balancer]
  }

  depends_on = [aws_iam_role_policy.execution, aws_lb_listener_rule.backend, aws_lb_listener_rule.pages]
}

resource "aws_appautoscaling_target" "main" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.minimum
  max_capacity       = var.maximum
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${local.prefix}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  resource_id        = aws_appautoscaling_target.main.resource_id
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.cpu_percent
    scale_in_cooldown  = var.cooldown_s
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# The usual measure of requests is bound to one target group; the one that serves changes, so both are added up.
resource "aws_appautoscaling_policy" "requests" {
  count = var.requests_per_instance > 0 ? 1 : 0

  name               = "${local.prefix}-requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  resource_id        = aws_appautoscaling_target.main.resource_id
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.requests_per_instance * 60
    scale_in_cooldown  = var.cooldown_s
    scale_out_cooldown = 60

    customized_metric_specification {
      dynamic "metrics" {
        for_each = local.colors

        content {
          id          = metrics.value
          return_data = false

          metric_stat {
            stat = "Sum"

            metric {
              namespace   = "AWS/ApplicationELB"
              metric_name = "RequestCountPerTarget"

              dimensions {
                name  = "TargetGroup"
                value = aws_lb_target_group.main["backend-${metrics.value}"].arn_suffix
              }
            }
          }
        }
      }

      metrics {
        id          = "requests"
        label       = "Requests a minute for each instance"
        expression  = join(" + ", [for color in local.colors : "FILL(${color}, 0)"])
        return_data = true
      }
    }
  }
}
