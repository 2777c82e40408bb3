locals {
  readers = merge([
    for name, one in var.secrets : { for reader, member in one.readers : "${name}/${reader}" => { name = name, member = member } }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.readers

  secret_id = google_secret_manager_secret.this[each.value.name].id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}
