resource "google_secret_manager_secret" "this" {
  for_each = var.secrets

  secret_id           = each.value.secret_id
  deletion_protection = var.deletion_protection
  deletion_policy     = var.deletion_protection ? "PREVENT" : "DELETE"
  # Destroying a version only disables it until so much time has passed: a mistake can be taken back.
  version_destroy_ttl = "${var.destroy_after_days * 86400}s"

  replication {
    user_managed {
      replicas {
        location = var.location
        customer_managed_encryption {
          kms_key_name = var.kms_key
        }
      }
    }
  }
}

# Write-only, so that neither plan nor state has it. It stays enabled when later versions come: Terraform knows no others.
resource "google_secret_manager_secret_version" "first" {
  for_each = google_secret_manager_secret.this

  secret                 = each.value.id
  secret_data_wo         = "{}"
  secret_data_wo_version = "1"
  # Whatever changes here must not take away a version that an instance may still start with.
  deletion_policy = "ABANDON"
}
