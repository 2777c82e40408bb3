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

# An API that was enabled this moment still answers SERVICE_DISABLED, "If you enabled this API recently, wait a few minutes
# for the action to propagate to our systems and retry", and the provider does not retry. Whatever is made is made after
# this.
resource "time_sleep" "enabled" {
  create_duration = "60s"
  triggers        = { apis = join(" ", sort(local.apis)) }

  depends_on = [google_project_service.api]
}

resource "google_project_service_identity" "agent" {
  provider = google-beta
  for_each = local.agents

  project = var.project
  service = google_project_service.api[each.key].service

  depends_on = [time_sleep.enabled]
}
