# Every API of Google's, by whatever name a client library asks for it, is at the restricted addresses.
resource "google_dns_managed_zone" "google_apis" {
  name        = "clearway-google-apis"
  description = "Google's APIs, by way of restricted.googleapis.com."
  dns_name    = "googleapis.com."
  visibility  = "private"

  private_visibility_config {
    dynamic "networks" {
      for_each = local.ways
      content {
        network_url = google_compute_network.this[networks.value].id
      }
    }
  }
}

resource "google_dns_record_set" "restricted" {
  managed_zone = google_dns_managed_zone.google_apis.name
  name         = "restricted.googleapis.com."
  type         = "A"
  ttl          = 300
  rrdatas      = [for index in range(4) : cidrhost(local.google_apis, index)]
}

resource "google_dns_record_set" "every_api" {
  managed_zone = google_dns_managed_zone.google_apis.name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = [google_dns_record_set.restricted.name]
}

# Names are the one thing that can still be asked of the outside from the network `google`, so what is asked is kept.
resource "google_dns_policy" "logged" {
  name           = "clearway"
  description    = "Keeps what names functions ask for."
  enable_logging = true

  dynamic "networks" {
    for_each = local.ways
    content {
      network_url = google_compute_network.this[networks.value].id
    }
  }
}
