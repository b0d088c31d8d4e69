resource "google_artifact_registry_repository" "images" {
  repository_id = local.name
  location      = var.region
  format        = "DOCKER"
  description   = "Images of ${local.name}"
  kms_key_name  = lookup(local.keys, "images", null)

  docker_config {
    immutable_tags = true # a release that is gone back to is the one that was tried
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  # A policy that keeps wins over one that deletes.
  cleanup_policies {
    id     = "keep-releases"
    action = "KEEP"
    most_recent_versions {
      keep_count = var.releases + 1
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "604800s"
    }
  }

  depends_on = [google_project_service.api]
}
