locals {
  grants = merge([
    for role, members in var.iam : { for name, member in members : "${role}/${name}" => { role = role, member = member } }
  ]...)
}

resource "google_cloud_tasks_queue_iam_member" "this" {
  for_each = local.grants

  location = google_cloud_tasks_queue.this.location
  name     = google_cloud_tasks_queue.this.name
  role     = each.value.role
  member   = each.value.member
}
