terraform {
  # 1.11 brought write-only arguments, which keep the password of the cache out of the state of its secret.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.7"
    }
  }
}

# Credentials come from the environment (GOOGLE_CREDENTIALS, or workload identity), never from a variable.
provider "google" {
  project        = var.project_id
  region         = var.region
  default_labels = local.labels
}
