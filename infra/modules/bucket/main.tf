resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Data access audit logs say who read or wrote an object, by account; a bucket's own access logs say less.
  #checkov:skip=CKV_GCP_78:Objects have versions or cannot be changed at all; a bucket with retention has no versions.
  name                        = var.name
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection
  deletion_policy             = var.deletion_protection ? "PREVENT" : "DELETE"

  versioning {
    enabled = var.retention == null
  }

  encryption {
    default_kms_key_name = var.kms_key
  }

  # What is deleted can be brought back for so long, with its bucket: against a mistake or a stolen account that may
  # delete versions too. Said here since Google's default, seven days, is charged for wherever objects come and go.
  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  dynamic "retention_policy" {
    for_each = var.retention[*]
    content {
      retention_period = retention_policy.value.duration_s
      is_locked        = retention_policy.value.locked
    }
  }

  # Parts of uploads that nobody finished are charged for and are no objects.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.archive_after_days[*]
    content {
      action {
        type          = "SetStorageClass"
        storage_class = "ARCHIVE"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.delete_after_days[*]
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.retention == null ? [var.old_versions_days] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }
}
