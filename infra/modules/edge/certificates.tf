# One certificate for each host, so that a missing DNS record of one does not hold up the other. There is no primary
# entry: a client that asks for another name, or for none, gets no handshake.
resource "google_certificate_manager_dns_authorization" "this" {
  for_each = local.hosts

  name        = "clearway-${each.key}"
  description = "Proves that the host ${each.key} is ours, before any traffic goes there."
  domain      = var.hosts[each.key]
}

resource "google_certificate_manager_certificate" "this" {
  for_each = local.hosts

  name        = "clearway-${each.key}"
  description = "Renewed by Google for as long as the authorisation's DNS record stands."
  managed {
    domains            = [var.hosts[each.key]]
    dns_authorizations = [google_certificate_manager_dns_authorization.this[each.key].id]
  }
}

resource "google_certificate_manager_certificate_map" "this" {
  name        = "clearway"
  description = "The certificates of the load balancer."
}

resource "google_certificate_manager_certificate_map_entry" "this" {
  for_each = local.hosts

  name         = "clearway-${each.key}"
  map          = google_certificate_manager_certificate_map.this.name
  certificates = [google_certificate_manager_certificate.this[each.key].id]
  hostname     = var.hosts[each.key]
}
