# Stand-in.
module "bucket" {
  source   = "./modules/bucket"
  for_each = toset(["files", "lists", "bundles"])

  name                = "${var.project}-${each.key}"
  location            = var.region
  kms_key             = module.keys.ids["storage"]
  deletion_protection = var.deletion_protection
}
