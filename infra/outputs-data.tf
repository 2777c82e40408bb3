output "buckets" {
  description = "Names of the buckets, by what they hold."
  value       = { for name, one in module.bucket : name => one.name }
}

output "secrets" {
  description = "Names of the secrets to fill, by the environment variable that they become."
  value       = module.secrets.ids
}

output "warehouse" {
  description = "Where analysts find the events: project and dataset."
  value       = "${var.project}.${module.warehouse.dataset.dataset_id}"
}
