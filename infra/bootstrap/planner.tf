# In whose name pull requests are planned. It sees how things are set up and nothing that they hold; the basic role of a
# viewer would read every payment.
resource "google_service_account" "planner" {
  account_id   = "clearway-planner"
  display_name = "Clearway: plans infra/ for pull requests"

  depends_on = [time_sleep.enabled]
}

locals {
  planner_roles = toset([
    "roles/artifactregistry.reader",
    "roles/bigquery.metadataViewer",
    "roles/certificatemanager.viewer",
    "roles/cloudfunctions.viewer",
    "roles/cloudkms.viewer",
    "roles/cloudscheduler.viewer",
    "roles/cloudtasks.viewer",
    "roles/compute.viewer",
    "roles/dns.reader",
    # Every policy, hence every grant in a plan.
    "roles/iam.securityReviewer",
    "roles/monitoring.viewer",
    "roles/pubsub.viewer",
    "roles/run.viewer",
    "roles/secretmanager.viewer",
    "roles/serviceusage.serviceUsageConsumer",
  ])

  planner_permissions = concat(
    [for verb in ["get", "getMetadata", "list"] : "datastore.databases.${verb}"],
    [for verb in ["get", "list"] : "datastore.schemas.${verb}"],
    [for verb in ["get", "list"] : "datastore.backupSchedules.${verb}"],
    [for verb in ["get", "list"] : "iam.serviceAccounts.${verb}"],
    [for verb in ["get", "list"] : "logging.buckets.${verb}"],
    [for verb in ["get", "list"] : "logging.exclusions.${verb}"],
    [for verb in ["get", "list"] : "logging.logMetrics.${verb}"],
    [for verb in ["get", "list"] : "logging.sinks.${verb}"],
    [for verb in ["get", "getIamPolicy", "list"] : "storage.buckets.${verb}"],
    # Who sees which rows and how columns are masked, but no row.
    ["bigquery.dataPolicies.get", "bigquery.rowAccessPolicies.get"],
    ["bigquery.transfers.get", "datacatalog.taxonomies.get", "datacatalog.taxonomies.list", "resourcemanager.projects.get"],
  )
}

resource "google_project_iam_custom_role" "planner" {
  role_id     = "clearwayPlanner"
  title       = "Clearway planner"
  description = "Sees how things are set up, and nothing that they hold."
  permissions = local.planner_permissions

  depends_on = [time_sleep.enabled]
}

resource "google_project_iam_member" "planner" {
  for_each = local.planner_roles

  project = var.project
  role    = each.key
  member  = google_service_account.planner.member
}

resource "google_project_iam_member" "planner_custom" {
  project = var.project
  role    = google_project_iam_custom_role.planner.id
  member  = google_service_account.planner.member
}

# A plan compares the hash of each bundle with the one that lies there.
resource "google_project_iam_member" "planner_bundles" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.planner.member

  condition {
    title       = "sources of functions"
    description = "Only the bucket of bundles."
    expression  = "resource.name.startsWith(\"projects/_/buckets/${var.project}-bundles/\")"
  }
}
