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
