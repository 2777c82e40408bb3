output "ids" {
  description = "Full name of each key by its short one; usable by its users, hence the dependency."
  value       = { for name, key in google_kms_crypto_key.this : name => key.id }
  depends_on  = [google_kms_crypto_key_iam_member.user, time_sleep.granted]
}
