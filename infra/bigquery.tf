# The warehouse, from infra/bigquery: the same files that the local system makes its dataset from.
locals {
  warehouse_described = yamldecode(file("${path.module}/bigquery/table.yaml"))
  warehouse_feed      = yamldecode(file("${path.module}/bigquery/subscription.yaml"))
  # What queries say ${project} and ${dataset} for.
  warehouse_names = { project = var.project, dataset = local.warehouse_described.dataset }
}

# Writes events into their table, and nothing else anywhere.
resource "google_service_account" "warehouse" {
  account_id   = "clearway-warehouse"
  display_name = "Clearway: writes events into the warehouse"

  depends_on = [time_sleep.enabled]
}

# Runs the scheduled queries.
resource "google_service_account" "summaries" {
  account_id   = "clearway-summaries"
  display_name = "Clearway: sums up the warehouse"

  depends_on = [time_sleep.enabled]
}

# Jobs belong to a project, so the role that lets somebody run one exists on projects alone. It opens no data.
resource "google_project_iam_member" "summaries" {
  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.summaries.member
}

# The Data Transfer Service starts the queries in the account's name.
resource "google_service_account_iam_member" "summaries" {
  service_account_id = google_service_account.summaries.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_project_service_identity.agent["bigquerydatatransfer"].member
}

module "warehouse" {
  source = "./modules/warehouse"

  dataset             = local.warehouse_described.dataset
  deletion_protection = var.deletion_protection
  kms_key             = module.keys.ids["bigquery"]
  location            = var.region
  policy_tags         = jsondecode(file("${path.module}/bigquery/policy_tags.json"))
  readers             = var.analysts
  runner = {
    email  = google_service_account.summaries.email
    member = google_service_account.summaries.member
  }
  scheduled_queries = {
    for one in local.warehouse_described.scheduled_queries : one.name => {
      sql      = templatefile("${path.module}/bigquery/${one.query}", local.warehouse_names)
      schedule = one.schedule
      reads    = one.reads
      writes   = one.writes
    }
  }
  tables = {
    for one in local.warehouse_described.tables : one.name => {
      description = one.description
      columns     = jsondecode(file("${path.module}/bigquery/${one.schema}"))
      partition   = one.partition
      clustering  = one.clustering
    }
  }
  tag_readers    = var.customer_id_readers
  tenant_readers = var.tenant_readers
  views = {
    for one in local.warehouse_described.views : one.name => templatefile("${path.module}/bigquery/${one.query}", local.warehouse_names)
  }

  depends_on = [
    google_project_iam_member.summaries,
    time_sleep.enabled,
    google_service_account_iam_member.summaries,
  ]
}

module "warehouse_subscription" {
  source = "./modules/bigquery-subscription"

  account = {
    email  = google_service_account.warehouse.email
    member = google_service_account.warehouse.member
    name   = google_service_account.warehouse.name
  }
  ack_deadline_s = local.warehouse_feed.ack_deadline_s
  dead_letter = {
    topic                 = module.topic[local.warehouse_feed.dead_letter.topic].id
    max_delivery_attempts = local.warehouse_feed.dead_letter.max_delivery_attempts
  }
  deletion_protection = var.deletion_protection
  drop_unknown_fields = local.warehouse_feed.bigquery.drop_unknown_fields
  filter              = local.warehouse_feed.filter
  name                = local.warehouse_feed.name
  pubsub_agent        = google_project_service_identity.agent["pubsub"].member
  retry               = local.warehouse_feed.retry
  table               = module.warehouse.tables[local.warehouse_feed.bigquery.table]
  topic               = module.topic[local.warehouse_feed.topic].id
  use_table_schema    = local.warehouse_feed.bigquery.use_table_schema
  write_metadata      = local.warehouse_feed.bigquery.write_metadata
}
