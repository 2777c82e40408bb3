# What a month may cost, by the bill. It comes late: monitoring-cost.tf says the same day what runs away. Whoever deploys
# needs roles/billing.costsManager on the billing account.
resource "google_billing_budget" "month" {
  for_each = toset(var.billing_account[*])

  billing_account = each.key
  display_name    = "Clearway ${var.environment}"

  budget_filter {
    projects               = ["projects/${local.project_number}"]
    calendar_period        = "MONTH"
    credit_types_treatment = "INCLUDE_ALL_CREDITS"
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.amount)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.8, 1]
    content {
      threshold_percent = threshold_rules.value
      spend_basis       = "CURRENT_SPEND"
    }
  }

  # What the month will cost, if it goes on as it did.
  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.owner["operations"].name]
    disable_default_iam_recipients   = false
  }

  depends_on = [time_sleep.enabled]
}
