# Keys of this stack, one for each kind of data, so that one can be withdrawn without the others.
# Google's agents of Cloud SQL, Memorystore, Artifact Registry and Firestore must exist before; see README.md.

locals {
  key_users = var.customer_managed_keys ? merge(
    {
      images = "serviceAccount:service-${local.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
      pages  = data.google_storage_project_service_account.agent[0].member
    },
    local.sql ? { database = "serviceAccount:service-${local.number}@gcp-sa-cloud-sql.iam.gserviceaccount.com" } : {},
    local.documents ? { database = "serviceAccount:service-${local.number}@gcp-sa-firestore.iam.gserviceaccount.com" } : {},
    var.cache_enabled ? { cache = "serviceAccount:service-${local.number}@cloud-redis.iam.gserviceaccount.com" } : {},
  ) : {}

  keys = { for name in keys(local.key_users) : name => google_kms_crypto_key_iam_member.user[name].crypto_key_id }
}

data "google_storage_project_service_account" "agent" {
  count = var.customer_managed_keys ? 1 : 0
}

resource "google_kms_key_ring" "main" {
  count = var.customer_managed_keys ? 1 : 0

  name     = local.name
  location = var.region

  depends_on = [google_project_service.api]
}

resource "google_kms_crypto_key" "data" {
  #checkov:skip=CKV_GCP_82:The keys are left alone when the stack goes (deletion_policy), so that destroying a staging environment ends.
  for_each = local.key_users

  name                       = each.key
  key_ring                   = google_kms_key_ring.main[0].id
  rotation_period            = "7776000s" # 90 days
  destroy_scheduled_duration = "2592000s" # 30 days to change one's mind
  # Without its key the data is lost for good, backups included: when the stack goes, the keys stay.
  deletion_policy = "ABANDON"
}

resource "google_kms_crypto_key_iam_member" "user" {
  for_each = local.key_users

  crypto_key_id = google_kms_crypto_key.data[each.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value
}
