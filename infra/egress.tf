# The way out: one for functions that call Google's APIs alone, one for those that call banks too (`egress` in
# function.yaml). All that a function sends goes through it, so that banks always see the same addresses.
module "egress" {
  source = "./modules/egress"

  bank_address_count  = var.bank_address_count
  bank_ranges         = var.bank_ranges
  deletion_protection = var.deletion_protection
  instances_max = {
    for way in ["banks", "google"] :
    way => sum(concat([0], [for one in local.functions : one.size.instances_max if one.egress == way]))
  }
  region  = var.region
  subnets = var.subnets

  depends_on = [time_sleep.enabled]
}
