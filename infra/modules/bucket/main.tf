resource "google_storage_bucket" "this" {
  name                        = var.name
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  versioning {
    enabled = var.retention == null
  }

  encryption {
    default_kms_key_name = var.kms_key
  }

  dynamic "retention_policy" {
    for_each = var.retention[*]
    content {
      retention_period = retention_policy.value.duration_s
      is_locked        = retention_policy.value.locked
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
