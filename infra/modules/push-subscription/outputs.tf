output "name" {
  description = "The subscription's name; its dead letters can be moved, hence the dependency."
  value       = google_pubsub_subscription.this.name
  depends_on  = [google_pubsub_subscription_iam_member.agent]
}

output "subscription" {
  description = "The subscription as it is made."
  value       = google_pubsub_subscription.this
}
