# Retention is what nobody can shorten, not even an owner: an object cannot be changed or deleted while it runs. Where the
# deployment may be torn down (deletion_protection is false) it would stand in the way, and old versions are kept instead.
#
# Who read or wrote an object is in the data access audit logs (audit.tf), by which account and through which API; the
# access logs of the buckets themselves would say less, and later.
locals {
  stores = {
    # Files exchanged with banks, both ways. None is ever changed: functions may create and read, and the rest is the
    # retention's. A bank keeps the record of an ACH entry for six years: Nacha Operating Rules, subsection 1.4.
    files = {
      retention_years   = var.file_retention_years
      old_versions_days = 90
      soft_delete_days  = 7
      iam               = {}
    }
    # Lists that payments are checked against. They change daily, and which list a decision was made with must be shown
    # for as long as the decision itself: ten years, 31 CFR 501.601 since 2025-03-12.
    lists = {
      retention_years   = 0
      old_versions_days = 366 * var.filing_retention_years
      soft_delete_days  = 30
      iam               = { "roles/storage.objectUser" = { for member in var.list_editors : member => member } }
    }
    # What was reported to authorities, and what it was based on. Reports of suspicious activity and of currency
    # transactions are kept for five years (31 CFR 1020.320(d), 1010.430), those to OFAC for ten (31 CFR 501.601 since
    # 2025-03-12); a bucket has one period, so it is the longer one.
    filings = {
      retention_years   = var.filing_retention_years
      old_versions_days = 90
      soft_delete_days  = 7
      iam = {
        "roles/storage.objectCreator" = { for member in var.filing_authors : member => member }
        "roles/storage.objectViewer"  = { for member in setunion(var.filing_authors, var.filing_readers) : member => member }
      }
    }
    # Sources of functions, named by their digest. Terraform deletes what no function has any more; it stays an old
    # version until nobody goes back to it. A commit makes the same file again, so nothing more is needed.
    bundles = {
      retention_years   = 0
      old_versions_days = var.bundle_days
      soft_delete_days  = 0
      iam               = {}
    }
  }

  # Roles that function.yaml asks for on a bucket, and who asks (roles.tf).
  bucket_roles = {
    for bucket in keys(local.stores) : bucket => {
      for grant in values(local.grants) : grant.role => grant.function... if grant.kind == "bucket" && grant.on == bucket
    }
  }
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = local.stores

  deletion_protection = var.deletion_protection
  iam = {
    for role in setunion(keys(each.value.iam), keys(local.bucket_roles[each.key])) :
    role => merge(
      try(each.value.iam[role], {}),
      { for name in try(local.bucket_roles[each.key][role], []) : name => google_service_account.function[name].member },
    )
  }
  kms_key           = module.keys.ids["storage"]
  location          = var.region
  name              = "${var.project}-${each.key}"
  old_versions_days = each.value.old_versions_days
  # Of 366 days, so that no period falls short for its leap years.
  retention = each.value.retention_years > 0 && var.deletion_protection ? {
    duration_s = each.value.retention_years * 366 * 86400
    locked     = var.retention_locked
  } : null
  soft_delete_days = each.value.soft_delete_days
}
