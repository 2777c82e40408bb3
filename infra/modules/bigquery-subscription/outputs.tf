output "agent_grants" {
  description = "What Pub/Sub's agent may do: take messages for the dead-letter topic, and write in the account's name."
  value       = { subscriber = google_pubsub_subscription_iam_member.dead_letter, account = google_service_account_iam_member.pubsub }
}

output "subscription" {
  description = "The subscription."
  value       = google_pubsub_subscription.this
}

output "table_grants" {
  description = "What the account may do with the table, by role."
  value       = google_bigquery_table_iam_member.writer
}
