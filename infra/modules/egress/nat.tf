resource "google_compute_address" "bank" {
  count = var.bank_address_count

  name            = "clearway-bank-${count.index + 1}"
  description     = "Banks list this address."
  region          = var.region
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"
}

resource "google_compute_router" "banks" {
  name    = "clearway-banks"
  network = google_compute_network.this["banks"].id
  region  = var.region
}

resource "google_compute_router_nat" "banks" {
  name                   = "clearway-banks"
  router                 = google_compute_router.banks.name
  region                 = var.region
  nat_ip_allocate_option = "MANUAL_ONLY"
  nat_ips                = google_compute_address.bank[*].self_link

  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
  subnetwork {
    name                    = google_compute_subnetwork.this["banks"].id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  # An instance begins with few ports and takes more as it needs them, so that two addresses serve hundreds of instances.
  enable_dynamic_port_allocation      = true
  enable_endpoint_independent_mapping = false
  min_ports_per_vm                    = 64
  max_ports_per_vm                    = 1024

  # A connection that found no port is a payment that waits.
  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
