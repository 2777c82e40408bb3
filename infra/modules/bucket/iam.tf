locals {
  grants = merge([
    for role, members in var.iam : { for name, member in members : "${role}/${name}" => { role = role, member = member } }
  ]...)
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = local.grants

  bucket = google_storage_bucket.this.name
  role   = each.value.role
  member = each.value.member
}
