locals {
  sign_ins = {
    for pair in setproduct([for name, one in var.functions : name if !one.public], var.console_people) :
    "${pair[0]}/${pair[1]}" => { function = pair[0], person = pair[1] }
  }
}

resource "google_iap_web_backend_service_iam_member" "person" {
  for_each = local.sign_ins

  web_backend_service = google_compute_backend_service.function[each.value.function].name
  role                = "roles/iap.httpsResourceAccessor"
  member              = each.value.person
}
