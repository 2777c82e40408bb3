# The jobs of functions that run by the clock, each under its own name as locally (emulators/configs.py). Two jobs of one
# name are refused.
locals {
  jobs = {
    for job in flatten([
      for name, one in local.by_kind.scheduler : [for job in one.trigger.jobs : merge(job, { function = name })]
    ]) : job.name => job
  }
}

resource "google_cloud_scheduler_job" "this" {
  for_each = local.jobs

  name             = each.key
  region           = var.region
  description      = "Calls ${each.value.path} of function ${each.value.function}."
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.functions[each.value.function].size.timeout_s}s"

  # What one call did not finish the next one does, so a call that failed is not repeated by itself.
  retry_config {
    retry_count = 0
  }

  http_target {
    uri         = "${module.function[each.value.function].url}${each.value.path}"
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = module.function[each.value.function].url
    }
  }

  lifecycle {
    precondition {
      condition     = local.functions[each.value.function].size.timeout_s >= 15 && local.functions[each.value.function].size.timeout_s <= 1800
      error_message = "Function ${each.value.function} must have a timeout of 15 to 1800 s: Cloud Scheduler's limits of the time that it waits for an answer."
    }
  }

  # What a job publishes or enqueues has somewhere to go, and what it looks for has its indexes.
  depends_on = [google_service_account_iam_member.caller, module.firestore, module.subscription]
}
