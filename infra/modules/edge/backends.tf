resource "google_compute_region_network_endpoint_group" "function" {
  for_each = var.functions

  name                  = "clearway-${each.value.service}"
  network_endpoint_type = "SERVERLESS"
  region                = var.region

  cloud_run {
    service = each.value.service
  }
}

resource "google_compute_backend_service" "function" {
  for_each = var.functions

  name                  = "clearway-${each.value.service}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.this[local.policy_of[each.key]].id
  custom_response_headers = [
    # Two years, as https://hstspreload.org recommends.
    "Strict-Transport-Security: max-age=63072000; includeSubDomains",
    "X-Content-Type-Options: nosniff",
  ]

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  # Whoever is not in `console_people` ends here. Without a client of our own, IAP uses one that Google manages, which
  # takes people of the project's organisation alone.
  dynamic "iap" {
    for_each = each.value.public ? [] : [true]
    content {
      enabled = iap.value
    }
  }

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}

# Where a request goes that no function claims.
resource "google_compute_backend_service" "nowhere" {
  name                  = "clearway-nowhere"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.this["nowhere"].id

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}
