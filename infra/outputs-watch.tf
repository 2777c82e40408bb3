output "alerts" {
  description = "Every alert by its key: severity, whose it is, and its entry in RUNBOOK.md."
  value = merge(
    { for key, one in local.alerts : key => { severity = one.severity, owner = one.owner, runbook = one.entry } },
    merge([for key, one in local.slos : { for pace, alert in module.slo[key].alerts :
      "${key}/${pace}" => { severity = alert.severity, owner = one.owner, runbook = key }
    }]...),
  )
}

output "audit_bucket" {
  description = "The bucket that keeps audit records."
  value       = module.audit.name
}

output "dashboard" {
  description = "Address of the dashboard."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${reverse(split("/", google_monitoring_dashboard.pipeline.id))[0]}?project=${var.project}"
}

# Not check blocks: a check that fails is a warning in a plan, and a failure in every test of this module.
output "warnings" {
  description = "What this deployment does without, and perhaps should not. Empty when there is nothing to say."
  value = concat(
    var.billing_account != null ? [] : [
      "There is no budget, since the variable billing_account is not set: nobody is told when a month costs more than it should.",
    ],
    length(var.probed_hosts) > 0 ? [] : [
      "No host is probed, since the variable probed_hosts is empty: nobody is told when clients cannot reach the API.",
    ],
    length(local.books_in_force) > 0 ? [] : [
      "prices.yaml has no prices in force for ${var.region}: the cost of a day is computed with those of ${local.price_book.region}.",
    ],
    length(lookup(var.channels_by_severity, "CRITICAL", [])) > 0 ? [] : [
      "A CRITICAL alert goes by e-mail alone, since the variable channels_by_severity names no pager.",
    ],
  )
}
