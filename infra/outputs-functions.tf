output "functions" {
  description = "Each function: its Cloud Run service, the address that it is called at, and the account that it runs as."
  value = {
    for name, one in module.function :
    name => { service = one.service, url = one.url, account = google_service_account.function[name].email }
  }
}

output "jobs" {
  description = "Each job of Cloud Scheduler, and what it calls."
  value       = { for name, one in google_cloud_scheduler_job.this : name => one.http_target[0].uri }
}

output "queues" {
  description = "Names of the queues, by the function that they call."
  value       = { for queue, name in local.queues : name => module.queue[queue].name }
}

output "subscriptions" {
  description = "Names of the push subscriptions, by the function that they call."
  value       = { for name, one in module.subscription : name => one.name }
}

output "topics" {
  description = "Names of the topics."
  value       = sort([for one in module.topic : one.name])
}
