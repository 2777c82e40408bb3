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

# Whoever makes something that is encrypted is refused until the key knows of its user, mostly for less than two minutes:
# https://cloud.google.com/iam/docs/access-change-propagation. Buckets, topics, secrets, repositories, tables and
# databases all try their key when they are made, and the provider does not ask again.
resource "time_sleep" "granted" {
  create_duration = "120s"
  triggers        = { for name, one in google_kms_crypto_key_iam_member.user : name => one.member }
}
