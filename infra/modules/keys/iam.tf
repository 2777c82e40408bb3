locals {
  grants = merge([
    for key, members in var.users : { for index, member in members : "${key}/${index}" => { key = key, member = member } }
  ]...)
}

resource "google_kms_crypto_key_iam_member" "user" {
  for_each = local.grants

  crypto_key_id = google_kms_crypto_key.this[each.value.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value.member
}
