# How a bundle becomes a running function: Cloud Functions copies it from the bucket of bundles to one of its own, Cloud
# Build makes an image of it as the builder, and Cloud Run runs the image from our repository.
resource "google_service_account" "builder" {
  account_id   = "clearway-builder"
  display_name = "Clearway: builds functions"
}

resource "google_storage_bucket_iam_member" "builder" {
  bucket = module.bucket["bundles"].name
  role   = "roles/storage.objectViewer"
  member = google_service_account.builder.member
}

resource "google_artifact_registry_repository" "functions" {
  repository_id = "clearway-functions"
  description   = "Images of Clearway's functions."
  location      = var.region
  format        = "DOCKER"
  # Not a key of its own: a function with a key takes only a repository with the same one.
  # https://cloud.google.com/functions/docs/securing/cmek
  kms_key_name = module.keys.ids["functions"]

  # Traffic can go back to any of the last revisions of a function, as long as its image is there.
  cleanup_policies {
    id     = "keep-the-last"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }
}

resource "google_artifact_registry_repository_iam_member" "builder" {
  location   = google_artifact_registry_repository.functions.location
  repository = google_artifact_registry_repository.functions.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}

locals {
  builder_roles = {
    "roles/logging.logWriter" = null
    # Cloud Functions makes this bucket at the first deployment, so there is nothing to grant on before; its name ends in
    # a hash of the key. https://cloud.google.com/functions/docs/building
    "roles/storage.objectViewer" = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.project_number}-${var.region}\")"
  }
}

resource "google_project_iam_member" "builder" {
  for_each = local.builder_roles

  project = var.project
  role    = each.key
  member  = google_service_account.builder.member

  dynamic "condition" {
    for_each = each.value[*]
    content {
      title       = "sources of functions"
      description = "Only the buckets into which Cloud Functions copies sources."
      expression  = condition.value
    }
  }
}
