# One service account for each function. It begins with no right at all; grants stand beside what they are on.
resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "clearway-${local.services[each.key]}"
  display_name = "Clearway: function ${each.key}"
}

# In whose name Pub/Sub, Cloud Tasks and Cloud Scheduler call functions. It may do nothing else.
resource "google_service_account" "invoker" {
  account_id   = "clearway-invoker"
  display_name = "Clearway: calls functions"
}
