locals {
  apis = toset([
    "artifactregistry", "bigquery", "bigquerydatapolicy", "bigquerydatatransfer", "billingbudgets", "certificatemanager",
    "cloudbuild", "cloudfunctions", "cloudkms", "cloudscheduler", "cloudtasks", "compute", "datacatalog", "dns", "eventarc",
    "firestore", "iam", "iamcredentials", "iap", "logging", "monitoring", "pubsub", "run", "secretmanager", "storage",
  ])
  # Whose agent encrypts with our keys, or acts for us. Google makes most of them at their first use only, but a grant to
  # an account that does not exist yet is refused.
  agents = toset([
    "artifactregistry", "bigquerydatatransfer", "cloudfunctions", "cloudscheduler", "cloudtasks", "eventarc", "firestore",
    "iap", "pubsub", "run", "secretmanager",
  ])
}

resource "google_project_service" "api" {
  for_each = local.apis

  service = "${each.key}.googleapis.com"
  # Tearing down must not take an API from whatever else uses it.
  disable_on_destroy = false
}

resource "google_project_service_identity" "agent" {
  provider = google-beta
  for_each = local.agents

  project = var.project
  service = google_project_service.api[each.key].service
}
