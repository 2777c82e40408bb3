resource "google_pubsub_schema" "this" {
  count = var.schema == null ? 0 : 1

  name       = var.name
  type       = "AVRO"
  definition = var.schema

  lifecycle {
    # A changed definition becomes a further revision, in place, before the topic is looked at. A schema that goes is let
    # go by its topic first, since a topic with a deleted schema refuses every message.
    create_before_destroy = true
  }
}

resource "google_pubsub_topic" "this" {
  name                       = var.name
  kms_key_name               = var.kms_key
  message_retention_duration = "${var.retention_s}s"
  deletion_policy            = var.deletion_protection ? "PREVENT" : "DELETE"

  # Wherever it was published from, a message is stored in our region alone.
  message_storage_policy {
    allowed_persistence_regions = [var.location]
  }

  # A message has to fit any revision of the schema, so that publishers of the last release go on while a new one starts.
  dynamic "schema_settings" {
    for_each = google_pubsub_schema.this
    content {
      schema   = schema_settings.value.id
      encoding = "JSON"
    }
  }
}

# Pub/Sub drops what is published to a topic without a subscription. Nobody but an operator pulls from this one.
resource "google_pubsub_subscription" "kept" {
  count = var.kept ? 1 : 0

  name                       = "${var.name}-kept"
  topic                      = google_pubsub_topic.this.id
  ack_deadline_seconds       = 60
  message_retention_duration = "${var.retention_s}s"
  deletion_policy            = var.deletion_protection ? "PREVENT" : "DELETE"

  expiration_policy {
    ttl = ""
  }
}
