# Two buckets: the built pages, which the CDN alone reads, and access logs.

locals {
  buckets = merge(var.cdn_enabled ? { pages = aws_s3_bucket.pages[0].id } : {}, var.access_log ? { logs = aws_s3_bucket.logs[0].id } : {})
}

resource "aws_s3_bucket" "pages" {
  #checkov:skip=CKV_AWS_144:The pages are built from a release and can be put there again.
  #checkov:skip=CKV_AWS_145:Pages are public; the CDN reads them without a key of ours.
  #checkov:skip=CKV_AWS_18:Only the CDN reads it, and the CDN writes its own access log.
  #checkov:skip=CKV2_AWS_62:Nothing waits for new files.
  #checkov:skip=CKV2_AWS_61:Old versions go after 30 days, by the rule of both buckets.
  #checkov:skip=CKV_AWS_21:Versioned, by the resource of both buckets.
  #checkov:skip=CKV2_AWS_6:Public access is blocked, by the resource of both buckets.
  count = var.cdn_enabled ? 1 : 0

  bucket        = "${local.prefix}-pages-${local.account}"
  force_destroy = !local.production
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_144:Logs are kept for some days and then thrown away.
  #checkov:skip=CKV_AWS_145:Load balancers can write only with keys of S3.
  #checkov:skip=CKV_AWS_18:It is the log.
  #checkov:skip=CKV2_AWS_62:Nothing waits for new files.
  #checkov:skip=CKV2_AWS_61:Lines go after log_days, by a rule below.
  #checkov:skip=CKV_AWS_21:Versioned, by the resource of both buckets.
  #checkov:skip=CKV2_AWS_6:Public access is blocked, by the resource of both buckets.
  count = var.access_log ? 1 : 0

  bucket        = "${local.prefix}-logs-${local.account}"
  force_destroy = !local.production
}

resource "aws_s3_bucket_public_access_block" "main" {
  for_each = local.buckets

  bucket                  = each.value
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "main" {
  for_each = local.buckets

  bucket = each.value

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "main" {
  for_each = local.buckets

  bucket = each.value

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  for_each = local.buckets

  bucket = each.value

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  for_each = local.buckets

  bucket = each.value

  rule {
    id     = "old"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = each.key == "logs" ? 1 : 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    dynamic "expiration" {
      for_each = each.key == "logs" ? [var.log_days] : []

      content {
        days = expiration.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.main]
}

resource "aws_s3_bucket_policy" "pages" {
  count = var.cdn_enabled ? 1 : 0

  bucket = aws_s3_bucket.pages[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Cdn"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.pages[0].arn}/*"
        Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.main[0].arn } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.pages[0].arn, "${aws_s3_bucket.pages[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.main]
}

resource "aws_s3_bucket_policy" "logs" {
  count = var.access_log ? 1 : 0

  bucket = aws_s3_bucket.logs[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "LoadBalancer"
        Effect    = "Allow"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs[0].arn}/load-balancer/AWSLogs/${local.account}/*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "Cdn"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs[0].arn}/AWSLogs/${local.account}/*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.logs[0].arn, "${aws_s3_bucket.logs[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.main]
}
