locals {
  # Rates and windows of the SRE workbook, https://sre.google/workbook/alerting-on-slos/: 2 % of a month's error budget in
  # an hour and 5 % in six hours call somebody, 10 % in a day (its rule of three times over a day) makes a ticket. Its last
  # rule, once over three days, cannot be had: Cloud Monitoring looks back by at most a day,
  # https://cloud.google.com/stackdriver/docs/solutions/slo-monitoring/alerting-on-budget-burn-rate
  # The short window ends the alert soon after the errors end.
  burns = {
    fast   = { rate = 14.4, long_s = 3600, short_s = 300, severity = "CRITICAL", words = "within two days" }
    steady = { rate = 6, long_s = 21600, short_s = 1800, severity = "CRITICAL", words = "within five days" }
    slow   = { rate = 3, long_s = 86400, short_s = 7200, severity = "WARNING", words = "within ten days" }
  }
}

resource "google_monitoring_alert_policy" "burn" {
  for_each = local.burns

  display_name          = "Clearway ${var.environment}: ${var.title}: error budget used up ${each.value.words}"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = var.channels[each.value.severity]
  user_labels           = var.labels

  dynamic "conditions" {
    for_each = { long = each.value.long_s, short = each.value.short_s }
    content {
      display_name = "${each.value.rate} times the rate over ${conditions.value / 60} minutes"

      condition_threshold {
        filter          = "select_slo_burn_rate(\"projects/${var.project}/services/${var.service}/serviceLevelObjectives/${google_monitoring_slo.this.slo_id}\", \"${conditions.value}s\")"
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.rate
        duration        = "0s"

        trigger {
          count = 1
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    subject   = "[${each.value.severity}] Clearway ${var.environment}: ${var.title}: error budget used up ${each.value.words}"
    content   = var.documentation.content
    mime_type = "text/markdown"

    links {
      display_name = "Runbook"
      url          = var.documentation.url
    }
  }
}
