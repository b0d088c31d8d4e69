# Secrets are named, never written: their values are read by ECS when an instance starts.

locals {
  all_places = merge(var.secrets, var.webhook == null ? {} : { "(webhook)" = var.webhook })
  named      = toset([for place in values(local.all_places) : place.store if !startswith(place.store, "arn:")])

  places = { for name, place in local.all_places : name => {
    arn     = startswith(place.store, "arn:") ? place.store : data.aws_secretsmanager_secret.chosen[place.store].arn
    key     = place.key
    version = place.version == "latest" ? "" : place.version
  } }
  secret_places = { for name, place in local.places : name => place if name != "(webhook)" }

  # Staging and production do not start without a key that signs sign-ins. Unless it is among the secrets, an empty place
  # is made for it; see README.md.
  own_secret = !contains(keys(var.secrets), "SECRET_KEY")
}

data "aws_secretsmanager_secret" "chosen" {
  for_each = local.named

  name = each.value
}

resource "aws_secretsmanager_secret" "application" {
  #checkov:skip=CKV2_AWS_57:A new key signs everybody out, so people decide when.
  count = local.own_secret ? 1 : 0

  name                    = "${local.full_name}/application"
  description             = "JSON with SECRET_KEY, 32 characters or more; filled once by hand or by the first deployment"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = local.production ? 30 : 7
}

resource "aws_kms_key" "main" {
  description             = "Data, secrets and logs of ${local.full_name}"
  enable_key_rotation     = true
  deletion_window_in_days = local.production ? 30 : 7
  policy                  = local.key_policy
}

resource "aws_kms_alias" "main" {
  name          = "alias/${local.full_name}"
  target_key_id = aws_kms_key.main.key_id
}

locals {
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:*" } }
      },
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}
