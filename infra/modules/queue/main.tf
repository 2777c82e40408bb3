resource "google_cloud_tasks_queue" "this" {
  name            = var.name
  location        = var.location
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"

  rate_limits {
    max_dispatches_per_second = var.rate.max_dispatches_per_second
    max_concurrent_dispatches = var.rate.max_concurrent_dispatches
  }

  retry_config {
    max_attempts  = var.retry.max_attempts
    min_backoff   = "${var.retry.minimum_backoff_s}s"
    max_backoff   = "${var.retry.maximum_backoff_s}s"
    max_doublings = var.retry.max_doublings
  }

  # One line for each attempt would cost as much as the attempt; a sample shows what the queue gets for answers.
  stackdriver_logging_config {
    sampling_ratio = var.log_ratio
  }

  lifecycle {
    precondition {
      condition     = var.dispatch_deadline_s >= var.timeout_s
      error_message = "Queue ${var.name} would call again after ${var.dispatch_deadline_s} s, while its function may still work on the task for ${var.timeout_s} s: dispatch_deadline_s must not be below timeout_s."
    }
  }
}
