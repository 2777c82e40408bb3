# Terraform's state: whoever can write it decides what the next deployment does, whoever loses it has to import everything.
resource "google_kms_key_ring" "state" {
  name     = "clearway-state"
  location = var.region

  depends_on = [time_sleep.enabled]
}

resource "google_kms_crypto_key" "state" {
  #checkov:skip=CKV_GCP_82:deletion_policy PREVENT protects it
  name            = "state"
  key_ring        = google_kms_key_ring.state.id
  rotation_period = "7776000s"
  # As long as Google allows.
  destroy_scheduled_duration = "10368000s"
  deletion_policy            = "PREVENT"
}

resource "google_kms_crypto_key_iam_member" "storage" {
  crypto_key_id = google_kms_crypto_key.state.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = data.google_storage_project_service_account.this.member
}

# A bucket tries its key when it is made, and a grant on a key counts within two minutes, mostly:
# https://cloud.google.com/iam/docs/access-change-propagation
resource "time_sleep" "granted" {
  create_duration = "120s"
  triggers        = { member = google_kms_crypto_key_iam_member.storage.member }
}

resource "google_storage_bucket" "state" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs record who reads and writes objects; access logs would say the same in a bucket more
  name                        = "${var.project}-terraform-state"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  deletion_policy             = "PREVENT"

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = google_kms_crypto_key.state.id
  }

  # What was deleted, versions and all, comes back for thirty days.
  soft_delete_policy {
    retention_duration_seconds = 2592000
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 90
      num_newer_versions         = 20
    }
  }

  depends_on = [time_sleep.granted]
}

resource "google_storage_bucket_iam_member" "deployer" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectUser"
  member = google_service_account.deployer.member

  # Not the state of this module, which says what the deployer may do.
  condition {
    title       = "environments"
    description = "States of infra/ alone."
    expression  = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.state.name}/objects/environments/\") || resource.type == \"storage.googleapis.com/Bucket\""
  }
}

resource "google_storage_bucket_iam_member" "planner" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.planner.member

  condition {
    title       = "environments"
    description = "States of infra/ alone."
    expression  = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.state.name}/objects/environments/\") || resource.type == \"storage.googleapis.com/Bucket\""
  }
}
