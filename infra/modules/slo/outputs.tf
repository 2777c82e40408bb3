output "alerts" {
  description = "The alerts on the error budget by their pace."
  value       = google_monitoring_alert_policy.burn
}

output "id" {
  description = "Full name of the objective."
  value       = google_monitoring_slo.this.name
}
