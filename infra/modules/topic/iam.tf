locals {
  grants = merge([
    for role, members in var.iam : { for name, member in members : "${role}/${name}" => { role = role, member = member } }
  ]...)
}

resource "google_pubsub_topic_iam_member" "this" {
  for_each = local.grants

  topic  = google_pubsub_topic.this.name
  role   = each.value.role
  member = each.value.member
}
