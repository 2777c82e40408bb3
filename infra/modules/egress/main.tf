variable "project" { type = string }
variable "region" { type = string }
output "networks" {
  value = {
    for name in ["google", "banks"] : name => {
      network    = "projects/${var.project}/global/networks/clearway"
      subnetwork = "projects/${var.project}/regions/${var.region}/subnetworks/clearway-${name}"
    }
  }
}
