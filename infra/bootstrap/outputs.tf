output "deployer" {
  description = "Account in whose name infra/ is deployed: for CI, and for GOOGLE_IMPERSONATE_SERVICE_ACCOUNT."
  value       = google_service_account.deployer.email
}

output "planner" {
  description = "Account in whose name pull requests are planned."
  value       = google_service_account.planner.email
}

output "state_bucket" {
  description = "Bucket of Terraform's state; there once those who deploy may use it, hence the dependencies."
  value       = google_storage_bucket.state.name
  depends_on  = [google_storage_bucket_iam_member.deployer, google_storage_bucket_iam_member.planner]
}

output "workload_identity_provider" {
  description = "What GitHub's google-github-actions/auth takes as workload_identity_provider; null without a repository."
  value       = one(google_iam_workload_identity_pool_provider.github[*].name)
}
