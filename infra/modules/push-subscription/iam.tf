# Pub/Sub takes a message off the subscription when it moves it to the dead letters.
# https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
resource "google_pubsub_subscription_iam_member" "agent" {
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = var.agent
}
