# What the account needs to write the one table: https://cloud.google.com/pubsub/docs/create-bigquery-subscription
resource "google_bigquery_table_iam_member" "writer" {
  for_each = toset(["roles/bigquery.dataEditor", "roles/bigquery.metadataViewer"])

  project    = var.table.project
  dataset_id = var.table.dataset_id
  table_id   = var.table.table_id
  role       = each.key
  member     = var.account.member
}

# Pub/Sub writes in the account's name.
resource "google_service_account_iam_member" "pubsub" {
  service_account_id = var.account.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = var.pubsub_agent
}

# Pub/Sub tries the table when the subscription is made, and answers "The caller does not have permission" until the grants
# count: https://github.com/hashicorp/terraform-provider-google/issues/19085.
resource "time_sleep" "granted" {
  create_duration = "120s"
  triggers        = merge({ agent = google_service_account_iam_member.pubsub.member }, { for role, one in google_bigquery_table_iam_member.writer : role => one.member })
}

resource "google_pubsub_subscription" "this" {
  name                 = var.name
  topic                = var.topic
  filter               = var.filter
  ack_deadline_seconds = var.ack_deadline_s
  # As long as a message waits while BigQuery does not take it. infra/bigquery/payments_daily.sql counts on it.
  message_retention_duration = "604800s"
  deletion_policy            = var.deletion_protection ? "PREVENT" : "DELETE"

  bigquery_config {
    table                 = "${var.table.project}.${var.table.dataset_id}.${var.table.table_id}"
    service_account_email = var.account.email
    use_table_schema      = var.use_table_schema
    write_metadata        = var.write_metadata
    drop_unknown_fields   = var.drop_unknown_fields
  }

  # A subscription that nobody pulls from would be deleted after 31 days, and with it what comes next.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${var.retry.minimum_backoff_s}s"
    maximum_backoff = "${var.retry.maximum_backoff_s}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.dead_letter.topic
    max_delivery_attempts = var.dead_letter.max_delivery_attempts
  }

  depends_on = [time_sleep.granted]
}

# Dead-lettering is done by Pub/Sub's agent: it takes the message from here, and must be able to publish to the topic of
# dead letters, which is granted there.
resource "google_pubsub_subscription_iam_member" "dead_letter" {
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
