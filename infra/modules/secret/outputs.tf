output "grants" {
  description = "Who may read which secret, by the environment variable and the reader's name."
  value       = google_secret_manager_secret_iam_member.reader
}

output "ids" {
  description = "Id of each secret by the environment variable; readable by its readers and with a version, hence the dependencies."
  value       = { for name, one in google_secret_manager_secret.this : name => one.secret_id }
  depends_on  = [google_secret_manager_secret_version.first, google_secret_manager_secret_iam_member.reader]
}

output "secrets" {
  description = "The secrets themselves, without content."
  value       = google_secret_manager_secret.this
}
