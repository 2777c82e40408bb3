resource "google_monitoring_slo" "this" {
  service             = var.service
  slo_id              = var.name
  display_name        = var.title
  goal                = var.goal
  rolling_period_days = 28
  user_labels         = var.labels

  request_based_sli {
    dynamic "good_total_ratio" {
      for_each = var.sli.latency == null ? [var.sli] : []
      content {
        good_service_filter  = good_total_ratio.value.good
        bad_service_filter   = good_total_ratio.value.bad
        total_service_filter = good_total_ratio.value.total
      }
    }

    dynamic "distribution_cut" {
      for_each = var.sli.latency == null ? [] : [var.sli]
      content {
        distribution_filter = distribution_cut.value.latency
        range {
          min = 0
          max = distribution_cut.value.under_ms
        }
      }
    }
  }
}
