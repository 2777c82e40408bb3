# In whose name infra/ is deployed. It makes and changes what Clearway is made of. It reads neither documents of Firestore
# nor secrets nor, in prod, files: a role of ours leaves out what Google's own would add. What BigQuery and Pub/Sub hold it
# could read, since no narrower role can make a view or say who may publish.
resource "google_service_account" "deployer" {
  account_id   = "clearway-deployer"
  display_name = "Clearway: deploys infra/"

  depends_on = [time_sleep.enabled]
}

locals {
  # Why it has each role, all of them on the project: what they are for is not there before it is deployed.
  deployer_roles = {
    "roles/artifactregistry.admin"         = "The repository of images, its clean-up and who may write to it."
    "roles/bigquery.dataOwner"             = "The dataset, tables and views; making a view needs reading what it reads."
    "roles/certificatemanager.owner"       = "Certificates; the editor's role cannot take one away."
    "roles/cloudfunctions.developer"       = "Functions themselves, not who may call them."
    "roles/cloudscheduler.admin"           = "The timer's jobs."
    "roles/cloudtasks.queueAdmin"          = "Queues and who may enqueue, not what is queued."
    "roles/compute.loadBalancerAdmin"      = "The load balancer."
    "roles/compute.networkAdmin"           = "Networks, routes, NAT and addresses."
    "roles/compute.securityAdmin"          = "Firewall rules, Cloud Armor policies and TLS policies."
    "roles/datacatalog.categoryAdmin"      = "Tags of columns that hold personal data."
    "roles/dns.admin"                      = "The private zone of Google's APIs."
    "roles/iam.serviceAccountAdmin"        = "One account for each function and who may act in its name; it can make no key."
    "roles/iam.serviceAccountUser"         = "Deploying a function is acting as its account."
    "roles/iap.admin"                      = "Who may sign in to the console."
    "roles/logging.configWriter"           = "Sinks, metrics and buckets of logs, not the logs."
    "roles/monitoring.editor"              = "Alerts, dashboards and objectives."
    "roles/pubsub.admin"                   = "Topics, subscriptions, schemas and who may use them; the editor's role cannot say who."
    "roles/run.admin"                      = "Who may call a function: Cloud Run's policy decides."
    "roles/serviceusage.serviceUsageAdmin" = "Enabling APIs."
  }

  deployer_permissions = concat(
    # Firestore without a single document. Permissions on indexes are named schemas, and indexes is an old name for them:
    # https://cloud.google.com/firestore/docs/security/iam
    [for verb in ["create", "get", "getMetadata", "list", "update"] : "datastore.databases.${verb}"],
    [for verb in ["create", "delete", "get", "list", "update"] : "datastore.schemas.${verb}"],
    [for verb in ["create", "delete", "get", "list", "update"] : "datastore.backupSchedules.${verb}"],
    [for verb in ["get", "list"] : "datastore.operations.${verb}"],
    # Buckets without an object; changing one is a role of its own, below.
    [for verb in ["create", "get", "getIamPolicy", "list"] : "storage.buckets.${verb}"],
    # Secrets without a value, and the first version of each, which is an empty object: the provider adds it, enables it and
    # looks whether it is there. To read one is `access`.
    [for verb in ["create", "delete", "get", "getIamPolicy", "list", "setIamPolicy", "update"] : "secretmanager.secrets.${verb}"],
    [for verb in ["add", "enable", "get"] : "secretmanager.versions.${verb}"],
    # Keys, but neither using nor destroying one.
    [for verb in ["create", "get", "getIamPolicy", "list", "setIamPolicy"] : "cloudkms.keyRings.${verb}"],
    [for verb in ["create", "get", "getIamPolicy", "list", "setIamPolicy", "update"] : "cloudkms.cryptoKeys.${verb}"],
    [for verb in ["get", "list"] : "cloudkms.cryptoKeyVersions.${verb}"],
    # Scheduled queries, and running a query to check it.
    [for verb in ["get", "update"] : "bigquery.transfers.${verb}"],
    ["bigquery.jobs.create", "resourcemanager.projects.get"],
    var.disposable ? ["datastore.databases.delete"] : [],
  )

  # Every bucket but that of the state. `terraform init` installs the providers that a state names, so whoever writes the
  # state of this module decides what runs as the owner who applies it next.
  not_the_state = "!resource.name.startsWith(\"projects/_/buckets/${var.project}-terraform-state\")"
}

resource "google_project_iam_custom_role" "deployer" {
  role_id     = "clearwayDeployer"
  title       = "Clearway deployer"
  description = "Makes what keeps data without reading what is kept."
  permissions = local.deployer_permissions

  depends_on = [time_sleep.enabled]
}

resource "google_project_iam_custom_role" "deployer_buckets" {
  role_id     = "clearwayDeployerBuckets"
  title       = "Clearway deployer: buckets"
  description = "Changes buckets, and who may use them."
  permissions = concat(["storage.buckets.setIamPolicy", "storage.buckets.update"], var.disposable ? ["storage.buckets.delete"] : [])

  depends_on = [time_sleep.enabled]
}

resource "google_project_iam_member" "deployer" {
  #checkov:skip=CKV_GCP_41:Accounts of functions are not there before the deployer makes them, and the project holds nothing else
  #checkov:skip=CKV_GCP_49:The same; the deployer is reached from one branch and one environment of one repository alone
  for_each = local.deployer_roles

  project = var.project
  role    = each.key
  member  = google_service_account.deployer.member
}

resource "google_project_iam_member" "deployer_custom" {
  project = var.project
  role    = google_project_iam_custom_role.deployer.id
  member  = google_service_account.deployer.member
}

resource "google_project_iam_member" "deployer_buckets" {
  project = var.project
  role    = google_project_iam_custom_role.deployer_buckets.id
  member  = google_service_account.deployer.member

  condition {
    title       = "not the state"
    description = "Every bucket but that of Terraform's state."
    expression  = local.not_the_state
  }
}

# Whoever may grant any role is owner. The deployer may grant the roles of a reviewed list; a condition takes ten in one
# call: https://cloud.google.com/iam/docs/setting-limits-on-granting-roles
resource "google_project_iam_member" "deployer_grants" {
  project = var.project
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = google_service_account.deployer.member

  condition {
    title       = "reviewed roles"
    description = "Only the roles that infra/ gives on the project."
    expression = join(" || ", [
      for roles in chunklist(sort(var.grantable_roles), 10) :
      "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", formatlist("'%s'", roles))}])"
    ])
  }
}

# Objects of the bucket of function sources; where the environment may be torn down, of all others but the state's.
resource "google_project_iam_member" "deployer_objects" {
  project = var.project
  role    = "roles/storage.objectAdmin"
  member  = google_service_account.deployer.member

  condition {
    title       = var.disposable ? "not the state" : "sources of functions"
    description = var.disposable ? "Every bucket but that of Terraform's state." : "Only the bucket of bundles."
    expression  = var.disposable ? local.not_the_state : "resource.name.startsWith(\"projects/_/buckets/${var.project}-bundles/\")"
  }
}

resource "google_service_account_iam_member" "deploy_person" {
  for_each = var.deploy_people

  service_account_id = google_service_account.deployer.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.key
}
