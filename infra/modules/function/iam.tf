# Who may call the function. One of the second generation is a Cloud Run service by the same name, and that service's
# own policy decides: https://cloud.google.com/functions/docs/securing/managing-access-iam
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.invokers

  location = google_cloudfunctions2_function.this.location
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = each.value
}
