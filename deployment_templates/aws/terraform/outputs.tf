output "address" {
  description = "Where the product is reached."
  value       = local.has_domain ? "${local.has_certificate ? "https" : "http"}://${var.domain}" : (var.cdn_enabled ? "https://${aws_cloudfront_distribution.main[0].domain_name}" : "http://${aws_lb.main.dns_name}")
}

output "records" {
  description = "Records to make when manage_dns is off: name, type and value."
  value = concat(
    [for name in local.names : { name = name, type = "CNAME", value = var.cdn_enabled ? aws_cloudfront_distribution.main[0].domain_name : aws_lb.main.dns_name }],
    [for one in values(local.proofs) : { name = one.resource_record_name, type = one.resource_record_type, value = one.resource_record_value }],
  )
}

output "repository" {
  description = "Where images of the back end are pushed to."
  value       = aws_ecr_repository.main.repository_url
}

output "cluster" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.main.name
}

output "service" {
  description = "Name of the service that a release is rolled out to."
  value       = aws_ecs_service.main.name
}

output "task_family" {
  description = "Family of the task definitions; a release registers a new revision with its image."
  value       = aws_ecs_task_definition.main.family
}

output "container" {
  description = "Name of the container whose image is the release."
  value       = "backend"
}

output "pages_container" {
  description = "Name of the container that serves the pages; empty: there is none."
  value       = local.has_pages ? "pages" : ""
}

output "task_subnets" {
  description = "Subnets in which migrations are run as a task of their own."
  value       = local.task_subnets
}

output "task_security_group" {
  description = "Group in which migrations are run."
  value       = aws_security_group.backend.id
}

output "pages_bucket" {
  description = "Where the built pages are put; empty: there is no CDN."
  value       = var.cdn_enabled ? aws_s3_bucket.pages[0].id : ""
}

output "distribution" {
  description = "The CDN, whose pages are invalidated with a release; empty: there is none."
  value       = var.cdn_enabled ? aws_cloudfront_distribution.main[0].id : ""
}

output "log_group" {
  description = "Where the back end writes."
  value       = aws_cloudwatch_log_group.backend.name
}

output "database_identifier" {
  description = "The database, for backups before migrations."
  value       = local.database_identifier
}

output "application_secret" {
  description = "Where SECRET_KEY has to be put before the first release; empty: it is among the secrets."
  value       = local.own_secret ? aws_secretsmanager_secret.application[0].name : ""
}

output "alarms_topic" {
  description = "Topic that alarms are told by."
  value       = aws_sns_topic.alarms.arn
}
