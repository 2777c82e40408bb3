output "bucket" {
  description = "The bucket itself."
  value       = google_storage_bucket.this
}

output "grants" {
  description = "Who may do what with its objects, by role and name."
  value       = google_storage_bucket_iam_member.this
}

output "name" {
  description = "The bucket's name; usable by those in `iam`, hence the dependency."
  value       = google_storage_bucket.this.name
  depends_on  = [google_storage_bucket_iam_member.this]
}
