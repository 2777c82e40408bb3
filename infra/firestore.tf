# What the product knows: payments, the journal, accounts, cases. Indexes are described beside this file, in
# infra/firestore; tests/architecture/test_indexes.py derives both lists from the queries that the product asks.
module "firestore" {
  source = "./modules/firestore"

  daily_backup_days   = var.daily_backup_days
  deletion_protection = var.deletion_protection
  fields              = jsondecode(file("${path.module}/firestore/fields.json"))
  indexes             = jsondecode(file("${path.module}/firestore/indexes.json"))
  kms_key             = coalesce(var.firestore_kms_key, module.keys.ids["firestore"])
  location            = coalesce(var.firestore_location, var.region)
  weekly_backup_days  = var.weekly_backup_days
}
