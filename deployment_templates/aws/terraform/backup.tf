# Daily backups in a vault of their own, apart from those that the database keeps of itself, and their copies.

resource "aws_backup_vault" "main" {
  count = var.backups ? 1 : 0

  name        = local.full_name
  kms_key_arn = aws_kms_key.main.arn
}

resource "aws_kms_key" "second_region" {
  count = var.backups && var.second_region != "" ? 1 : 0

  region                  = var.second_region
  description             = "Copies of the backups of ${local.full_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }, Action = "kms:*", Resource = "*" }]
  })
}

resource "aws_backup_vault" "second_region" {
  count = var.backups && var.second_region != "" ? 1 : 0

  region      = var.second_region
  name        = "${local.full_name}-copies"
  kms_key_arn = aws_kms_key.second_region[0].arn
}

resource "aws_backup_plan" "main" {
  count = var.backups ? 1 : 0

  name = local.full_name

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main[0].name
    schedule          = "cron(0 ${var.backup_hour} * * ? *)"
    start_window      = 60
    completion_window = 360

    lifecycle {
      delete_after                              = var.backup_days
      opt_in_to_archive_for_supported_resources = false
    }

    dynamic "copy_action" {
      for_each = aws_backup_vault.second_region

      content {
        destination_vault_arn = copy_action.value.arn

        lifecycle {
          delete_after                              = var.backup_days
          opt_in_to_archive_for_supported_resources = false
        }
      }
    }
  }
}

resource "aws_backup_selection" "database" {
  count = var.backups ? 1 : 0

  name         = "database"
  plan_id      = aws_backup_plan.main[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources    = [local.database_arn]
}

# Any moment can be restored in the second region, too.
resource "aws_db_instance_automated_backups_replication" "second_region" {
  count = var.backups && var.point_in_time && var.second_region != "" && !local.is_document ? 1 : 0

  region                 = var.second_region
  source_db_instance_arn = aws_db_instance.main[0].arn
  retention_period       = var.backup_days
  kms_key_id             = var.database_encrypted ? aws_kms_key.second_region[0].arn : null
}
