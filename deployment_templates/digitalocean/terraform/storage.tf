# Files that everybody may read, near the visitors. Nothing else is ever put there.
resource "digitalocean_spaces_bucket" "public" {
  #checkov:skip=CKV_DIO_1:Every file in it is a copy of one of a build; another build brings it again.
  #checkov:skip=CKV_DIO_3:The files are for everybody: a CDN serves them.
  count = var.cdn_enabled ? 1 : 0

  name          = "${local.unique}-public"
  region        = var.region
  acl           = "public-read"
  force_destroy = !local.production
}

resource "digitalocean_spaces_bucket_cors_configuration" "public" {
  count = var.cdn_enabled && var.domain != null ? 1 : 0

  bucket = digitalocean_spaces_bucket.public[0].name
  region = var.region

  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = [for host in local.hosts : "https://${host}"]
    allowed_headers = ["*"]
    max_age_seconds = 3600
  }
}

resource "digitalocean_cdn" "public" {
  count = var.cdn_enabled ? 1 : 0

  origin = digitalocean_spaces_bucket.public[0].bucket_domain_name
  ttl    = reverse([for seconds in [60, 600, 3600, 86400, 604800] : seconds if seconds <= max(60, var.cdn_assets_s)])[0]
}

# Backups of our own: the step before migrations writes here. DigitalOcean keeps its own beside the cluster.
resource "digitalocean_spaces_bucket" "backups" {
  count = var.backups ? 1 : 0

  name          = "${local.unique}-backups"
  region        = var.second_region == "" ? var.region : var.second_region
  acl           = "private"
  force_destroy = !local.production

  versioning {
    enabled = true
  }

  lifecycle_rule {
    enabled                                = true
    abort_incomplete_multipart_upload_days = 1
    expiration {
      days = var.backup_days
    }
    noncurrent_version_expiration {
      days = 1
    }
  }
}
