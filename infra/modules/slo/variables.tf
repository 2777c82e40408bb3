variable "channels" {
  description = "Notification channels by severity (CRITICAL and WARNING)."
  type        = map(list(string))
}

variable "documentation" {
  description = "What alerts say: the runbook's entry, and where it stands."
  type        = object({ content = string, url = string })
}

variable "environment" {
  description = "Name of the deployment."
  type        = string
}

variable "goal" {
  description = "Share that must be good over 28 days."
  type        = number
}

variable "labels" {
  description = "Labels of the objective and its alerts."
  type        = map(string)
}

variable "name" {
  description = "Id of the objective."
  type        = string
}

variable "project" {
  description = "Id of the project."
  type        = string
}

variable "service" {
  description = "Id of the service whose objective it is."
  type        = string
}

variable "sli" {
  description = "What is measured: two filters out of good, bad and total, or a distribution and what it must stay under."
  type = object({
    good     = optional(string)
    bad      = optional(string)
    total    = optional(string)
    latency  = optional(string)
    under_ms = optional(number)
  })

  validation {
    condition = var.sli.latency == null ? (
      length([for filter in [var.sli.good, var.sli.bad, var.sli.total] : filter if filter != null]) == 2
    ) : var.sli.under_ms != null
    error_message = "An objective needs two out of good, bad and total, or latency with under_ms."
  }
}

variable "title" {
  description = "What is promised, in a few words."
  type        = string
}
