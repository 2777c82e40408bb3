terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  # Where the state is kept is given at init, by environments/*.gcs.tfbackend and the project: README.md.
  backend "gcs" {}

  required_providers {
    # Exact, since a newer release may plan other changes: raised on purpose, with the plan of both environments read.
    google = {
      source  = "hashicorp/google"
      version = "8.7.0"
    }
    # For Google's own service agents alone: google_project_service_identity is in no other provider.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "8.7.0"
    }
    # For the pauses that a first deployment needs, and every grant or API that is added later.
    time = {
      source  = "hashicorp/time"
      version = "~> 0.14"
    }
  }
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = local.labels
  # Quota of calls belongs to the project that is deployed to, not to the one of whoever deploys.
  billing_project       = var.project
  user_project_override = true
}

provider "google-beta" {
  project               = var.project
  region                = var.region
  default_labels        = local.labels
  billing_project       = var.project
  user_project_override = true
}
