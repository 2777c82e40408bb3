# What bootstrapping itself calls, and what infra/ needs before it can enable the rest.
locals {
  apis = toset([
    "bigquery", "cloudkms", "cloudresourcemanager", "compute", "iam", "iamcredentials", "serviceusage", "storage", "sts",
  ])
}

resource "google_project_service" "api" {
  for_each = local.apis

  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

# As in infra/apis.tf: an API that was enabled this moment still answers that it is not.
resource "time_sleep" "enabled" {
  create_duration = "60s"
  triggers        = { apis = join(" ", sort(local.apis)) }

  depends_on = [google_project_service.api]
}

data "google_project" "this" {
  project_id = var.project
}

# Cloud Storage's and BigQuery's own accounts come into being when somebody asks for them, and a grant on a key to one
# that is not there is refused. This asks, for infra/ too.
data "google_storage_project_service_account" "this" {
  depends_on = [time_sleep.enabled]
}

data "google_bigquery_default_service_account" "this" {
  depends_on = [time_sleep.enabled]
}

# Enabling Compute Engine makes an account that, unless the organisation forbids it, is an editor of the whole project. The
# deployer may act as every account and could not take what this one has, so it gets it as little as anybody: functions
# have accounts of their own. https://cloud.google.com/iam/docs/service-account-types#default
resource "google_project_default_service_accounts" "this" {
  project        = var.project
  action         = "DEPRIVILEGE"
  restore_policy = "NONE"

  depends_on = [google_project_service.api]
}
