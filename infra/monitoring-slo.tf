# What we promise, from monitoring/slos.yaml, and alerts on how fast what may go wrong is used up.
locals {
  slos = yamldecode(file("${path.module}/monitoring/slos.yaml"))
}

resource "google_monitoring_custom_service" "this" {
  service_id   = "clearway"
  display_name = "Clearway ${var.environment}"
  user_labels  = local.labels

  depends_on = [time_sleep.enabled]
}

module "slo" {
  source   = "./modules/slo"
  for_each = local.slos

  name    = each.key
  title   = each.value.title
  service = google_monitoring_custom_service.this.service_id
  project = var.project
  goal    = var.slo_goals[each.value.goal]
  sli = {
    good     = try(each.value.good, null)
    bad      = try(each.value.bad, null)
    total    = try(each.value.total, null)
    latency  = try(each.value.latency, null)
    under_ms = try(each.value.under_ms, null)
  }

  environment = var.environment
  labels      = merge(local.labels, { alert = each.key, owner = each.value.owner })
  channels = { for severity in ["CRITICAL", "WARNING"] : severity => concat(
    [google_monitoring_notification_channel.owner[each.value.owner].name],
    lookup(var.channels_by_severity, severity, []),
  ) }
  documentation = { content = local.runbook[each.key], url = "${var.runbook_url}#${each.key}" }

  depends_on = [google_monitoring_alert_policy.this, time_sleep.metrics_known]
}

# An objective is refused while Cloud Monitoring does not know its metric, and a metric of log lines "could take up to 10
# minutes to become available": https://github.com/hashicorp/terraform-provider-google/issues/11102. Functions are built
# meanwhile.
resource "time_sleep" "metrics_known" {
  create_duration = "600s"
  triggers        = { metrics = join(" ", sort([for one in google_logging_metric.this : one.name])) }
}
