output "grants" {
  description = "Role and member of each grant on the queue."
  value       = { for name, one in google_cloud_tasks_queue_iam_member.this : name => { role = one.role, member = one.member } }
}

output "name" {
  description = "The queue's name; usable by those in `iam`, hence the dependency."
  value       = google_cloud_tasks_queue.this.name
  depends_on  = [google_cloud_tasks_queue_iam_member.this]
}

output "queue" {
  description = "The queue as it is made."
  value       = google_cloud_tasks_queue.this
}
