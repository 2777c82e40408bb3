variable "audit_retention" {
  description = "For how many days audit logs are kept in the bucket `audit`, and whether nobody may shorten that any more. PCI DSS 10.5.1 asks for 12 months; only deployments with deletion_protection hold objects back."
  type        = object({ days = optional(number, 1827), locked = optional(bool, false) })
  default     = {}

  validation {
    condition     = var.audit_retention.days >= 365
    error_message = "Audit logs must be kept for at least 365 days (PCI DSS 10.5.1)."
  }
}

variable "billing_account" {
  description = "Id of the billing account that pays, such as 012345-6789AB-CDEF01. Without it there is no budget."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "A billing account is three groups of six digits or letters A to F, joined by hyphens."
  }
}

variable "budget" {
  description = "What a month may cost. The currency must be that of the billing account."
  type        = object({ amount = number, currency = optional(string, "USD") })
  default     = { amount = 300 }

  validation {
    condition     = var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount
    error_message = "The budget must be a whole amount of at least 1."
  }
}

variable "channels_by_severity" {
  description = "Full names of further notification channels by severity (CRITICAL, ERROR, WARNING), such as that of a pager, beside the e-mail to the owner. Made by hand, since they hold secrets."
  type        = map(list(string))
  default     = {}

  validation {
    condition = alltrue([
      for severity, channels in var.channels_by_severity : contains(["CRITICAL", "ERROR", "WARNING"], severity) && alltrue([
        for channel in channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))
      ])
    ])
    error_message = "Severities are CRITICAL, ERROR and WARNING, and a channel is projects/<project>/notificationChannels/<number>."
  }
}

variable "limits" {
  description = "Limits of alerts: cases that may wait, cost of a day (in the currency of prices.yaml), 95th percentile of what clients wait for, age of lists, and age of the oldest message of a subscription."
  type = object({
    cases_open_max       = optional(number, 50)
    cost_a_day_max       = optional(number, 15)
    latency_ms_max       = optional(number, 2000)
    lists_age_h_max      = optional(number, 36)
    oldest_message_s_max = optional(number, 600)
  })
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit > 0])
    error_message = "Every limit must be above 0."
  }
}

variable "logs_days" {
  description = "For how many days logs can be searched. PCI DSS 10.5.1 asks that three months of audit logs are at hand."
  type        = number
  default     = 92

  validation {
    condition     = var.logs_days >= 90 && var.logs_days <= 3650
    error_message = "Logs are kept for 90 to 3650 days: PCI DSS 10.5.1 asks for three months."
  }
}

variable "probed_hosts" {
  description = "Host names that are called from outside every five minutes, such as api.example.com. Only once their certificate and DNS are there."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for host in var.probed_hosts : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", host))])
    error_message = "A probed host is a host name in small letters, without scheme and path."
  }
}

variable "runbook_url" {
  description = "Where people on call can read infra/RUNBOOK.md. Alerts link to their entry there, and carry its text too."
  type        = string
  default     = "https://example.com/clearway/infra/RUNBOOK.md"

  validation {
    condition     = can(regex("^https://[^#?]+$", var.runbook_url))
    error_message = "The runbook's address must begin with https:// and have no query and no fragment."
  }
}

variable "slo_goals" {
  description = "What we promise: the share of requests, deliveries and payments that must be good over 28 days."
  type = object({
    api_availability = optional(number, 0.999)
    api_latency      = optional(number, 0.95)
    deliveries       = optional(number, 0.99)
    payments_on_time = optional(number, 0.995)
  })
  default = {}

  validation {
    # Cloud Monitoring's limit: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/services.serviceLevelObjectives
    condition     = alltrue([for goal in values(var.slo_goals) : goal > 0 && goal <= 0.9999])
    error_message = "A goal is a share above 0 and at most 0.9999."
  }
}

variable "step_logs_share" {
  description = "Share of the steps' INFO lines that are stored. All of them are counted; a payment's history is in Firestore."
  type        = number
  default     = 1

  validation {
    condition     = var.step_logs_share >= 0 && var.step_logs_share <= 1
    error_message = "The share of lines that are stored must be from 0 to 1."
  }
}
