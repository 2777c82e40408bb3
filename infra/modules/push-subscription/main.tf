resource "google_pubsub_subscription" "this" {
  name                 = var.name
  topic                = var.topic
  filter               = var.filter
  ack_deadline_seconds = var.ack_deadline_s
  # As long as Pub/Sub keeps an unacknowledged message without extra cost: an outage of a week loses nothing.
  message_retention_duration = "604800s"
  deletion_policy            = var.deletion_protection ? "PREVENT" : "DELETE"

  # By default a subscription is deleted, with all that waits in it, after 31 days without a delivery.
  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = var.url

    # Cloud Run admits a call by this token: signed by Google, in the invoker's name, for this one address.
    oidc_token {
      service_account_email = var.service_account
      audience              = var.url
    }
  }

  retry_policy {
    minimum_backoff = "${var.retry.minimum_backoff_s}s"
    maximum_backoff = "${var.retry.maximum_backoff_s}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.dead_letter.topic
    max_delivery_attempts = var.dead_letter.max_delivery_attempts
  }

  lifecycle {
    precondition {
      condition     = var.ack_deadline_s >= var.timeout_s
      error_message = "Subscription ${var.name} would deliver a message again after ${var.ack_deadline_s} s, while its function may still work on it for ${var.timeout_s} s: ack_deadline_s must not be below timeout_s."
    }
  }
}
