resource "google_kms_key_ring" "this" {
  name     = var.ring
  location = var.location
}

resource "google_kms_crypto_key" "this" {
  #checkov:skip=CKV_GCP_82:deletion_policy below prevents it in prod; prevent_destroy cannot depend on a variable, and dev is torn down
  for_each = var.users

  name     = each.key
  key_ring = google_kms_key_ring.this.id
  # Ninety days, as the CIS benchmark for Google Cloud asks (1.10).
  rotation_period = "7776000s"
  # As long as Google allows: what a destroyed key encrypted is lost.
  destroy_scheduled_duration = "10368000s"

  # A lost key is the loss of all that it encrypts. Google never deletes one, so a deployment that is torn down leaves
  # its keys behind, unharmed.
  deletion_policy = var.deletion_protection ? "PREVENT" : "ABANDON"
}
