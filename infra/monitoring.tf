# Where alerts go, and what is counted from log lines. Alerts, promises and the dashboard stand in files of their own.
locals {
  log_metrics = yamldecode(file("${path.module}/monitoring/metrics.yaml"))
  cis_metrics = { for key, alert in local.log_alerts : key => alert if can(alert.cis) }
  # What feeds steps: the push subscription of each function behind Pub/Sub, those on partners' topics, and the one that
  # feeds BigQuery.
  event_subscriptions = merge(
    { for name, one in local.by_kind.pubsub : "${name}-${one.trigger.topic}" => { owner = one.owner } },
    { for name, one in local.partner_subscriptions : name => { owner = one.owner } },
    { (local.warehouse_feed.name) = { owner = local.warehouse_feed.owner } },
  )
  dead_letter_subscriptions = toset([for topic in local.dead_letter_topics : "${topic}-kept"])
}

resource "google_monitoring_notification_channel" "owner" {
  for_each = var.owners

  display_name = "Clearway ${var.environment}: ${each.key}"
  type         = "email"
  labels       = { email_address = each.value }
  user_labels  = local.labels

  depends_on = [time_sleep.enabled]
}

resource "google_logging_metric" "this" {
  for_each = local.log_metrics

  name             = "clearway_${each.key}"
  description      = each.value.description
  filter           = "resource.type=\"${try(each.value.resource, "cloud_run_revision")}\" AND (${each.value.filter})"
  value_extractor  = try(each.value.value, null)
  label_extractors = try(each.value.labels, {})

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = can(each.value.value) ? "DISTRIBUTION" : "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = try(each.value.labels, {})
      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }

  depends_on = [time_sleep.enabled]
}

# The alerts in monitoring/alerts/access.yaml match log lines themselves, since a line says who did what. The benchmark's
# checks look for a metric beside each of them.
resource "google_logging_metric" "cis" {
  for_each = local.cis_metrics

  name        = "clearway_cis_${replace(each.key, "-", "_")}"
  description = "${each.value.title} (CIS ${each.value.cis})."
  filter      = each.value.log

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [time_sleep.enabled]
}

# From outside, through DNS, certificate and load balancer to the function. Without a key the API answers 401, which shows
# that it runs. Cloud Run keeps paths that end in z to itself, so /healthz never reaches a function.
resource "google_monitoring_uptime_check_config" "host" {
  for_each = var.probed_hosts

  display_name = "Clearway ${var.environment}: ${each.key}"
  period       = "300s"
  timeout      = "10s"
  user_labels  = local.labels

  http_check {
    path         = "/v1/payments"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    accepted_response_status_codes {
      status_value = 401
    }
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = each.key }
  }

  depends_on = [time_sleep.enabled]
}
