output "grants" {
  description = "Role and member of each grant on the topic."
  value       = { for name, one in google_pubsub_topic_iam_member.this : name => { role = one.role, member = one.member } }
}

output "id" {
  description = "The topic's full name, known before it is made; usable by those in `iam`, hence the dependency."
  value       = "projects/${google_pubsub_topic.this.project}/topics/${google_pubsub_topic.this.name}"
  depends_on  = [google_pubsub_topic_iam_member.this, google_pubsub_subscription.kept]
}

output "kept" {
  description = "The subscription that keeps what is published here, or null."
  value       = one(google_pubsub_subscription.kept)
}

output "name" {
  description = "The topic's name; usable by those in `iam`, hence the dependency."
  value       = google_pubsub_topic.this.name
  depends_on  = [google_pubsub_topic_iam_member.this, google_pubsub_subscription.kept]
}

output "schema" {
  description = "Name of the schema that its messages have to fit, or null."
  value       = one(google_pubsub_schema.this[*].name)
}

output "topic" {
  description = "The topic as it is made."
  value       = google_pubsub_topic.this
}
