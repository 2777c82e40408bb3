# One key for each service that keeps our data, so that access to one can be taken away by itself.
module "keys" {
  source = "./modules/keys"

  deletion_protection = var.deletion_protection
  location            = var.region
  ring                = var.key_ring
  users = {
    bigquery  = ["serviceAccount:bq-${local.project_number}@bigquery-encryption.iam.gserviceaccount.com"]
    firestore = [google_project_service_identity.agent["firestore"].member]
    # Sources, images and functions alike: https://cloud.google.com/functions/docs/securing/cmek
    functions = [
      google_project_service_identity.agent["artifactregistry"].member,
      google_project_service_identity.agent["cloudfunctions"].member,
      google_project_service_identity.agent["eventarc"].member,
      google_project_service_identity.agent["run"].member,
      "serviceAccount:service-${local.project_number}@gs-project-accounts.iam.gserviceaccount.com",
    ]
    pubsub  = [google_project_service_identity.agent["pubsub"].member]
    secrets = [google_project_service_identity.agent["secretmanager"].member]
    storage = ["serviceAccount:service-${local.project_number}@gs-project-accounts.iam.gserviceaccount.com"]
  }

  depends_on = [time_sleep.enabled]
}
