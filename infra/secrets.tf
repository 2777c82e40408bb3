# One secret for each name below `secrets` of a function.yaml: CLEARWAY_API_KEYS is clearway-api-keys.
#
# No secret's content is here or in the state. The first version is an empty JSON object, with which every function
# starts and nobody gets in: no key, no rail's signature, no token. Settlement does not start with the rail `instant` while
# clearway-originator is empty, so that one is filled before the rail is named. People add the later ones:
#
#   gcloud secrets versions add clearway-api-keys --data-file=-
#
# Functions are given the version `latest`, which an instance reads when it starts: it holds from the next deployment on,
# or from `gcloud run services update SERVICE --region REGION --update-labels rotated=DATE`. To rotate, add a version in
# which the new value stands beside the old one (API keys and rails' signatures may have several at a time), wait until
# callers use the new one, add a version without the old one, and disable the versions before it.
locals {
  secrets = {
    for name in distinct(flatten(values(local.functions)[*].secrets)) :
    name => {
      secret_id = lower(replace(name, "_", "-"))
      readers = {
        for function, one in local.functions : function => google_service_account.function[function].member
        if contains(one.secrets, name)
      }
    }
  }
}

module "secrets" {
  source = "./modules/secret"

  deletion_protection = var.deletion_protection
  destroy_after_days  = var.secret_destroy_after_days
  kms_key             = module.keys.ids["secrets"]
  location            = var.region
  secrets             = local.secrets
}
