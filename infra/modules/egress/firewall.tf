# Nothing comes in: that is every network's implied rule, and there is no other. What goes out is listed.
resource "google_compute_firewall" "deny" {
  for_each = local.ways

  name               = "clearway-${each.key}-deny"
  description        = "What no other rule allows does not leave."
  network            = google_compute_network.this[each.key].id
  destination_ranges = ["0.0.0.0/0"]
  direction          = "EGRESS"
  priority           = 65000

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "google_apis" {
  for_each = local.ways

  name               = "clearway-${each.key}-google-apis"
  description        = "Google's APIs."
  network            = google_compute_network.this[each.key].id
  destination_ranges = [local.google_apis]
  direction          = "EGRESS"
  priority           = 1000

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "banks" {
  name               = "clearway-banks-banks"
  description        = "The banks' APIs."
  network            = google_compute_network.this["banks"].id
  destination_ranges = var.bank_ranges
  direction          = "EGRESS"
  priority           = 1010

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
