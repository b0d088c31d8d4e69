# The built front end. A backend bucket of the load balancer serves only what everybody may read, and pages are that.
resource "google_storage_bucket" "pages" {
  #checkov:skip=CKV_GCP_114:Pages are public by nature: the load balancer serves only objects that everybody may read.
  #checkov:skip=CKV_GCP_62:The load balancer logs each request for a page; a second log of the same requests says nothing more.
  name                        = "${local.project}-${local.short}-pages" # unique among all customers
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
  force_destroy               = !local.production

  website {
    main_page_suffix = "index.html"
    not_found_page   = "index.html"
  }

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      num_newer_versions = var.releases + 1
      with_state         = "ARCHIVED"
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  dynamic "encryption" {
    for_each = var.customer_managed_keys ? [local.keys["pages"]] : []
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "everybody" {
  #checkov:skip=CKV_GCP_28:Pages are public by nature; nothing else lies in this bucket, and its objects cannot be listed.
  bucket = google_storage_bucket.pages.name
  role   = "roles/storage.legacyObjectReader" # reads objects, does not list them
  member = "allUsers"
}
