variable "deletion_protection" {
  description = "Whether the queue refuses to be destroyed, which loses its tasks, and its name for some days."
  type        = bool
}

variable "dispatch_deadline_s" {
  description = "After how long without an answer a task counts as failed. Those who enqueue write it into each task."
  type        = number
}

variable "iam" {
  description = "Members by role, and within it by a name that is known before the member is."
  type        = map(map(string))
  default     = {}
}

variable "location" {
  description = "Region of the queue."
  type        = string
}

variable "log_ratio" {
  description = "Share of attempts that are logged."
  type        = number
  default     = 0.01
}

variable "name" {
  description = "Name of the queue."
  type        = string
}

variable "rate" {
  description = "How fast the queue may call."
  type        = object({ max_dispatches_per_second = number, max_concurrent_dispatches = number })
}

variable "retry" {
  description = "Back-off between attempts; -1 attempts are without limit."
  type        = object({ max_attempts = number, minimum_backoff_s = number, maximum_backoff_s = number, max_doublings = number })
}

variable "timeout_s" {
  description = "For how long the function may work on a task."
  type        = number
}
