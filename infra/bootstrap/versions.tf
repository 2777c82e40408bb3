# What must be there before infra/ can be deployed: where its state is kept, and in whose name CI deploys it. Applied once
# for each project by a person who owns it (`make bootstrap`), and again whenever one of these files changes.
terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  # In the bucket that is made here. scripts/deploy begins with a local state and moves it there in the same run.
  backend "gcs" {
    prefix = "bootstrap"
  }

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "8.7.0"
    }
    # For the pauses that a first run needs.
    time = {
      source  = "hashicorp/time"
      version = "~> 0.14"
    }
  }
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = { app = "clearway", environment = var.environment }
}
