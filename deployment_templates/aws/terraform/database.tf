locals {
  database_name    = replace(var.name, "-", "_")
  database_version = coalesce(var.database_version, { postgresql = "17", mysql = "8.4", mongodb = "5.0.0" }[var.database_engine])
  version_parts    = split(".", local.database_version)
  database_family = {
    postgresql = "postgres${local.version_parts[0]}"
    mysql      = "mysql${join(".", slice(concat(local.version_parts, ["0"]), 0, 2))}"
    mongodb    = "docdb${join(".", slice(concat(local.version_parts, ["0"]), 0, 2))}"
  }[var.database_engine]

  rds_engine   = var.database_engine == "mysql" ? "mysql" : "postgres"
  log_exports  = { postgresql = ["postgresql", "upgrade"], mysql = ["error", "slowquery"], mongodb = ["audit", "profiler"] }[var.database_engine]
  small_server = can(regex("\\.(micro|small)$", var.database_class)) # too small for Performance Insights

  # Automatic backups bring any moment of their days. Without that wish one day of them is kept, as replicas demand, and
  # the daily backups of the vault cover the rest.
  retention_days = var.backups ? (var.point_in_time ? var.backup_days : 1) : 0
  backup_window  = format("%02d:00-%02d:30", var.backup_hour, var.backup_hour)
  upkeep_window  = format("sun:%02d:30-sun:%02d:30", (var.backup_hour + 1) % 24, (var.backup_hour + 2) % 24)

  database_host       = local.is_document ? aws_docdb_cluster.main[0].endpoint : aws_db_instance.main[0].address
  database_arn        = local.is_document ? aws_docdb_cluster.main[0].arn : aws_db_instance.main[0].arn
  database_identifier = "${local.prefix}-database"
  database_secret_arn = local.is_document ? aws_docdb_cluster.main[0].master_user_secret[0].secret_arn : aws_db_instance.main[0].master_user_secret[0].secret_arn
  database_read_hosts = local.is_document ? [aws_docdb_cluster.main[0].reader_endpoint] : aws_db_instance.replica[*].address
}

resource "aws_db_subnet_group" "main" {
  count = local.is_document ? 0 : 1

  name       = local.database_identifier
  subnet_ids = var.database_public ? aws_subnet.public[*].id : aws_subnet.private[*].id
}

resource "aws_db_parameter_group" "main" {
  count = local.is_document ? 0 : 1

  name_prefix = "${local.prefix}-"
  family      = local.database_family
  description = "TLS only; slow queries are written down"

  dynamic "parameter" {
    for_each = var.database_engine == "mysql" ? { require_secure_transport = "ON", slow_query_log = "1", long_query_time = "1" } : { "rds.force_ssl" = "1", log_min_duration_statement = "1000", log_lock_waits = "1" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  #checkov:skip=CKV_AWS_161:The back end signs in with a password that Secrets Manager keeps; a token would end after 15 minutes, and pools hold connections longer.
  #checkov:skip=CKV_AWS_157:A standby is the choice high_availability, which the plan asks for in production.
  #checkov:skip=CKV_AWS_293:Deletion protection is a choice that is on by default; the plan refuses production without it.
  #checkov:skip=CKV_AWS_353:On whenever metrics are and the class is large enough for it.
  #checkov:skip=CKV_AWS_118:On whenever metrics are.
  #checkov:skip=CKV_AWS_16:Encryption is a choice that is on by default; the plan refuses production without it.
  #checkov:skip=CKV_AWS_17:A public address is a choice that is off by default; the plan refuses it for production.
  #checkov:skip=CKV_AWS_133:Kept for backup_days, 7 by default; the plan refuses production without backups.
  count = local.is_document ? 0 : 1

  identifier                    = local.database_identifier
  engine                        = local.rds_engine
  engine_version                = local.database_version
  instance_class                = var.database_class
  db_name                       = local.database_name
  username                      = "owner"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.main.arn
  parameter_group_name          = aws_db_parameter_group.main[0].name

  storage_type          = "gp3"
  allocated_storage     = var.database_storage_gb
  max_allocated_storage = var.database_storage_limit_gb > var.database_storage_gb ? var.database_storage_limit_gb : 0
  storage_encrypted     = var.database_encrypted
  kms_key_id            = var.database_encrypted ? aws_kms_key.main.arn : null

  multi_az               = var.database_high_availability
  db_subnet_group_name   = aws_db_subnet_group.main[0].name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = var.database_public
  port                   = local.database_port

  backup_retention_period    = local.retention_days
  backup_window              = local.backup_window
  maintenance_window         = local.upkeep_window
  copy_tags_to_snapshot      = true
  delete_automated_backups   = !local.production
  deletion_protection        = var.database_deletion_protection
  skip_final_snapshot        = !local.production
  final_snapshot_identifier  = "${local.database_identifier}-final"
  auto_minor_version_upgrade = true
  apply_immediately          = !local.production # production waits for its window

  enabled_cloudwatch_logs_exports = local.log_exports
  performance_insights_enabled    = var.metrics && !local.small_server
  performance_insights_kms_key_id = var.metrics && !local.small_server ? aws_kms_key.main.arn : null
  monitoring_interval             = var.metrics ? 60 : 0
  monitoring_role_arn             = var.metrics ? aws_iam_role.database_metrics[0].arn : null

  lifecycle {
    ignore_changes = [allocated_storage] # it grows by itself
  }

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_157:A replica can be made again; the standby belongs to the one it copies.
  #checkov:skip=CKV_AWS_118:On whenever metrics are.
  #checkov:skip=CKV_AWS_353:On whenever metrics are and the class is large enough for it.
  #checkov:skip=CKV_AWS_161:As for the one it copies.
  #checkov:skip=CKV_AWS_293:It holds nothing that the one it copies does not hold.
  #checkov:skip=CKV_AWS_16:As for the one it copies.
  #checkov:skip=CKV_AWS_17:As for the one it copies.
  count = local.is_document ? 0 : var.database_replicas

  identifier             = "${local.database_identifier}-replica-${count.index + 1}"
  replicate_source_db    = aws_db_instance.main[0].identifier
  instance_class         = var.database_class
  parameter_group_name   = aws_db_parameter_group.main[0].name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = var.database_public
  storage_encrypted      = var.database_encrypted
  skip_final_snapshot    = true # there is none of a copy

  copy_tags_to_snapshot           = true
  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = local.log_exports
  performance_insights_enabled    = var.metrics && !local.small_server
  performance_insights_kms_key_id = var.metrics && !local.small_server ? aws_kms_key.main.arn : null
  monitoring_interval             = var.metrics ? 60 : 0
  monitoring_role_arn             = var.metrics ? aws_iam_role.database_metrics[0].arn : null
}

# MongoDB: DocumentDB speaks its protocol.

resource "aws_docdb_subnet_group" "main" {
  count = local.is_document ? 1 : 0

  name       = local.database_identifier
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_docdb_cluster_parameter_group" "main" {
  #checkov:skip=CKV_AWS_104:audit_logs is among the parameters below.
  count = local.is_document ? 1 : 0

  name_prefix = "${local.prefix}-"
  family      = local.database_family
  description = "TLS only; who signs in and what is slow is written down"

  dynamic "parameter" {
    for_each = { tls = "enabled", audit_logs = "enabled", profiler = "enabled" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_docdb_cluster" "main" {
  #checkov:skip=CKV_AWS_85:The logs audit and profiler are exported, by way of a local.
  #checkov:skip=CKV_AWS_74:Encryption is a choice that is on by default; the plan refuses production without it.
  count = local.is_document ? 1 : 0

  cluster_identifier              = local.database_identifier
  engine                          = "docdb"
  engine_version                  = local.database_version
  master_username                 = "owner"
  manage_master_user_password     = true
  db_cluster_parameter_group_name = aws_docdb_cluster_parameter_group.main[0].name
  db_subnet_group_name            = aws_docdb_subnet_group.main[0].name
  vpc_security_group_ids          = [aws_security_group.database.id]
  port                            = local.database_port
  storage_encrypted               = var.database_encrypted
  kms_key_id                      = var.database_encrypted ? aws_kms_key.main.arn : null

  backup_retention_period         = max(1, local.retention_days)
  preferred_backup_window         = local.backup_window
  preferred_maintenance_window    = local.upkeep_window
  deletion_protection             = var.database_deletion_protection
  skip_final_snapshot             = !local.production
  final_snapshot_identifier       = "${local.database_identifier}-final"
  apply_immediately               = !local.production
  enabled_cloudwatch_logs_exports = local.log_exports

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_docdb_cluster_instance" "main" {
  count = local.is_document ? 1 + (var.database_high_availability ? 1 : 0) + var.database_replicas : 0

  identifier                      = "${local.database_identifier}-${count.index + 1}"
  cluster_identifier              = aws_docdb_cluster.main[0].id
  instance_class                  = var.database_class
  auto_minor_version_upgrade      = true
  enable_performance_insights     = var.metrics
  performance_insights_kms_key_id = var.metrics ? aws_kms_key.main.arn : null
}

# AWS changes the password every week unless told otherwise, and instances read it only when they start.
resource "aws_secretsmanager_secret_rotation" "database" {
  #checkov:skip=CKV_AWS_304:Instances sign in with the password they started with, so a change needs a roll-out and its day is chosen by people.
  secret_id          = local.database_secret_arn
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.database_password_days
  }
}
