# Global external Application Load Balancer (EXTERNAL_MANAGED): addresses, listeners and what they speak.
locals {
  ip_versions = toset(["IPV4", "IPV6"])
}

resource "google_compute_global_address" "this" {
  for_each = local.ip_versions

  name            = "clearway-${lower(each.key)}"
  ip_version      = each.key
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"
}

resource "google_compute_ssl_policy" "this" {
  name            = "clearway"
  min_tls_version = var.min_tls_version
  # Forward secrecy and authenticated ciphers alone. TLS 1.3 only is possible, and only with this profile:
  # https://cloud.google.com/load-balancing/docs/ssl-policies-concepts
  profile = "RESTRICTED"
}

resource "google_compute_target_https_proxy" "this" {
  name            = "clearway"
  url_map         = google_compute_url_map.this.id
  ssl_policy      = google_compute_ssl_policy.this.id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.this.id}"
  # What is sent before the handshake ends can be sent again by whoever records it: nothing for payments.
  tls_early_data = "DISABLED"
}

resource "google_compute_target_http_proxy" "redirect" {
  name    = "clearway-redirect"
  url_map = google_compute_url_map.redirect.id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.ip_versions

  name                  = "clearway-https-${lower(each.key)}"
  ip_address            = google_compute_global_address.this[each.key].id
  ip_protocol           = "TCP"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  port_range            = "443"
  target                = google_compute_target_https_proxy.this.id
}

resource "google_compute_global_forwarding_rule" "redirect" {
  for_each = local.ip_versions

  name                  = "clearway-http-${lower(each.key)}"
  ip_address            = google_compute_global_address.this[each.key].id
  ip_protocol           = "TCP"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect.id
}
