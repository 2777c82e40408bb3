output "function" {
  description = "The function as it is made."
  value       = google_cloudfunctions2_function.this
}

output "invokers" {
  description = "Members that may call it, by a short name."
  value       = { for name, one in google_cloud_run_v2_service_iam_member.invoker : name => one.member }
}

output "service" {
  description = "Name of its Cloud Run service, for load balancers and alerts; callable by its invokers, hence the dependency."
  value       = google_cloudfunctions2_function.this.name
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}

output "url" {
  description = "Where it is called, known before it is made; callable by its invokers, hence the dependency."
  value       = var.url
  depends_on  = [google_cloudfunctions2_function.this, google_cloud_run_v2_service_iam_member.invoker]
}
