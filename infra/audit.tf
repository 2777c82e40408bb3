# Who did what: which calls are recorded, where the records are kept, and what is not worth keeping.
#
# Reading and writing of data is recorded for people, and not for the pipeline: a payment takes some 6 commits and 8 reads
# of Firestore, each of which would be a record of about 4 KB besides those of Pub/Sub and Cloud Tasks, some 64 KB in all.
# At 0.50 $ for a GiB that is 30 $ for a million payments, as much again as what Firestore takes for their reads and writes
# (`make capacity`). What the pipeline did to a payment is in its history, and in the ledger.
locals {
  functions_exempt = [for account in values(google_service_account.function) : account.member]
  agents_exempt = concat(
    [for agent in values(google_project_service_identity.agent) : agent.member],
    [
      "serviceAccount:bq-${local.project_number}@bigquery-encryption.iam.gserviceaccount.com",
      "serviceAccount:service-${local.project_number}@gs-project-accounts.iam.gserviceaccount.com",
    ],
  )
  # Whose reading and writing of data is not recorded, by service. Firestore's records are switched under its older name,
  # datastore: https://cloud.google.com/firestore/docs/audit-logging
  data_access = {
    bigquery   = concat(local.functions_exempt, [google_project_service_identity.agent["pubsub"].member])
    cloudkms   = concat(local.functions_exempt, local.agents_exempt)
    cloudtasks = local.functions_exempt
    datastore  = local.functions_exempt
    # Tokens with which Google's agents call functions; those that people take in a service account's name are recorded.
    iam           = local.agents_exempt
    pubsub        = local.functions_exempt
    secretmanager = concat(local.functions_exempt, [google_project_service_identity.agent["run"].member])
    # The sink's own writing would be recorded by records that it writes.
    storage = concat(local.functions_exempt, local.agents_exempt, [google_logging_project_sink.audit.writer_identity])
  }
  audit_log_ids = ["activity", "data_access", "policy", "system_event"]
}

resource "google_project_iam_audit_config" "all" {
  project = var.project
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }
}

resource "google_project_iam_audit_config" "data" {
  for_each = local.data_access

  project = var.project
  service = "${each.key}.googleapis.com"

  dynamic "audit_log_config" {
    for_each = toset(["DATA_READ", "DATA_WRITE"])
    content {
      log_type         = audit_log_config.value
      exempted_members = each.value
    }
  }

  depends_on = [time_sleep.enabled]
}

# Kept where whoever runs the project cannot change it. PCI DSS 10.5.1 asks for 12 months, and the Bank Secrecy Act for
# five years of what belongs to a payment (31 CFR 1010.430). Three months are at hand in Cloud Logging, and changes by
# people for 400 days in its bucket _Required.
module "audit" {
  source = "./modules/bucket"

  name                = "${var.project}-audit"
  location            = var.region
  kms_key             = module.keys.ids["storage"]
  deletion_protection = var.deletion_protection
  archive_after_days  = 92
  delete_after_days   = var.audit_retention.days
  retention           = var.deletion_protection ? { duration_s = var.audit_retention.days * 86400, locked = var.audit_retention.locked } : null
}

resource "google_logging_project_sink" "audit" {
  name                   = "audit"
  description            = "Audit records to the bucket that keeps them."
  destination            = "storage.googleapis.com/${module.audit.name}"
  filter                 = join(" OR ", [for id in local.audit_log_ids : "log_id(\"cloudaudit.googleapis.com/${id}\")"])
  unique_writer_identity = true

  depends_on = [time_sleep.enabled]
}

resource "google_storage_bucket_iam_member" "audit_sink" {
  bucket = module.audit.name
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.audit.writer_identity
}

# Cloud Logging's own bucket. It was there before any key of ours, and Google takes a key at a bucket's making alone:
# lines hold ids, codes and counts, never names or account numbers.
resource "google_logging_project_bucket_config" "default" {
  project        = var.project
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.logs_days

  depends_on = [time_sleep.enabled]
}

# What is not stored. Of 16 KB of lines for a payment, 7.50 $ for a million of them, two thirds are the platform's lines
# about requests that succeeded; the function's own line says more. Metrics count excluded lines as well. Nothing is
# excluded that failed, that a client or a rail called, or that is an audit record.
locals {
  called_by_ourselves = [for name, service in local.services : service if local.functions[name].trigger.kind != "http"]
  exclusions = merge(
    {
      probes = {
        description = "Calls by the uptime check, which has its own metric."
        filter      = "httpRequest.userAgent:\"GoogleStackdriverMonitoring-UptimeChecks\""
      }
      pushes = {
        description = "Requests of Pub/Sub, Cloud Tasks and Cloud Scheduler that succeeded: the step's own line says more."
        filter      = "log_id(\"run.googleapis.com/requests\") AND resource.labels.service_name=(${join(" OR ", formatlist("\"%s\"", local.called_by_ourselves))}) AND httpRequest.status<400"
      }
      scheduler = {
        description = "Runs of jobs that succeeded, two lines for each of some thousands a day."
        filter      = "resource.type=\"cloud_scheduler_job\" AND severity<WARNING"
      }
    },
    var.step_logs_share == 1 ? {} : {
      steps = {
        description = "A part of the steps' lines: a payment's history is in Firestore."
        filter      = "resource.type=\"cloud_run_revision\" AND severity=INFO AND jsonPayload.step:* AND jsonPayload.payment_id:* AND sample(insertId, ${1 - var.step_logs_share})"
      }
    },
  )
}

resource "google_logging_project_exclusion" "this" {
  for_each = local.exclusions

  name        = "clearway-${each.key}"
  description = each.value.description
  filter      = each.value.filter

  depends_on = [time_sleep.enabled]
}
