# A network for each way out, and not a subnet: routes belong to a network, and where there is no route to the internet
# no forgotten firewall tag opens one.
locals {
  ways = toset(["banks", "google"])
  # restricted.googleapis.com: Google's APIs that a VPC Service Controls perimeter can hold, which all of ours are:
  # https://cloud.google.com/vpc-service-controls/docs/private-connectivity
  google_apis = "199.36.153.4/30"
}

resource "google_compute_network" "this" {
  for_each = local.ways

  name                            = "clearway-${each.key}"
  description                     = each.key == "google" ? "Functions that call Google's APIs alone." : "Functions that call banks too."
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true
  routing_mode                    = "REGIONAL"
}

resource "google_compute_subnetwork" "this" {
  for_each = local.ways

  name                     = "clearway-${each.key}"
  ip_cidr_range            = var.subnets[each.key]
  network                  = google_compute_network.this[each.key].id
  private_ip_google_access = true
  region                   = var.region

  # Firewall rules do not log what Cloud Run sends, so this is the record of who called where:
  # https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations
  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }

  lifecycle {
    precondition {
      # Two addresses an instance, and both revisions run while one takes over from the other; of each range Google keeps four:
      # https://cloud.google.com/run/docs/configuring/networking-best-practices#subnet-size
      condition     = pow(2, 32 - tonumber(split("/", var.subnets[each.key])[1])) - 4 >= 4 * var.instances_max[each.key]
      error_message = "The subnet ${each.key} (${var.subnets[each.key]}) is too small: ${var.instances_max[each.key]} instances need ${4 * var.instances_max[each.key]} addresses."
    }
  }
}

resource "google_compute_route" "google_apis" {
  for_each = local.ways

  name             = "clearway-${each.key}-google-apis"
  description      = "To Google's APIs; despite the gateway's name it does not leave Google."
  dest_range       = local.google_apis
  network          = google_compute_network.this[each.key].id
  next_hop_gateway = "default-internet-gateway"
}

resource "google_compute_route" "internet" {
  name             = "clearway-banks-internet"
  description      = "To the banks, by Cloud NAT."
  dest_range       = "0.0.0.0/0"
  network          = google_compute_network.this["banks"].id
  next_hop_gateway = "default-internet-gateway"
}
