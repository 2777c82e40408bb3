# Stand-in.
module "buckets" {
  source   = "./modules/bucket"
  for_each = toset(["files", "lists"])

  name                = "${var.project}-${each.key}"
  location            = var.region
  kms_key             = module.keys.ids["storage"]
  deletion_protection = var.deletion_protection
}
