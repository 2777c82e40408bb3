output "bank_addresses" {
  description = "Addresses that calls to banks come from, for the banks' allow lists."
  value       = google_compute_address.bank[*].address
}

output "networks" {
  description = "Names of network and subnetwork of each way out, which is how a function asks for them; complete with its routes, names and rules, hence the dependencies."
  value = {
    for way in local.ways :
    way => { network = google_compute_network.this[way].name, subnetwork = google_compute_subnetwork.this[way].name }
  }
  depends_on = [
    google_compute_firewall.banks, google_compute_firewall.deny, google_compute_firewall.google_apis,
    google_compute_route.google_apis, google_compute_route.internet, google_compute_router_nat.banks,
    google_dns_policy.logged, google_dns_record_set.every_api, google_dns_record_set.restricted,
  ]
}
