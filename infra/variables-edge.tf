variable "bank_address_count" {
  description = "How many addresses calls to banks come from. Banks list them, so raise it long before they are needed."
  type        = number
  default     = 2

  validation {
    condition     = var.bank_address_count >= 1 && floor(var.bank_address_count) == var.bank_address_count
    error_message = "Calls to banks must come from at least one address."
  }
}

variable "bank_ranges" {
  description = "Addresses of the banks' APIs, where the banks promise to keep them. Defaults to everywhere, on port 443 alone."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.bank_ranges) > 0 && alltrue([for range in var.bank_ranges : can(cidrhost(range, 0))])
    error_message = "The banks' addresses must be ranges such as 198.51.100.0/24, at least one."
  }
}

variable "console_people" {
  description = "Who may sign in to functions that are not public: members such as user:ada@example.com or group:operations@example.com. Nobody by default."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.console_people : can(regex("^(user|group):[^@ ]+@[^@ ]+$", one))])
    error_message = "Console people must be user: or group: members; never allUsers, allAuthenticatedUsers or a whole domain."
  }
}

variable "edge_log_sample_rate" {
  description = "Share of requests at the load balancer that are logged, from 0 to 1. Refused ones are among them, so fewer is less evidence."
  type        = number
  default     = 1

  validation {
    condition     = var.edge_log_sample_rate > 0 && var.edge_log_sample_rate <= 1
    error_message = "The share of requests that are logged must be above 0 and at most 1."
  }
}

variable "hosts" {
  description = "Domain names of the API and the console, as function.yaml calls them. Without any, nothing can be reached from outside."
  type = object({
    api     = optional(string)
    console = optional(string)
  })
  default = {}

  validation {
    condition = alltrue([
      for domain in values(var.hosts) : domain == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", domain))
    ])
    error_message = "Hosts must be domain names in small letters, such as api.example.com."
  }
  validation {
    condition     = var.hosts.api == null || var.hosts.console == null || var.hosts.api != var.hosts.console
    error_message = "The API and the console must have different names: people sign in to one of them."
  }
}

variable "min_tls_version" {
  description = "Oldest version of TLS that is spoken: TLS_1_2, or TLS_1_3 where every partner's client knows it."
  type        = string
  default     = "TLS_1_2"

  validation {
    condition     = contains(["TLS_1_2", "TLS_1_3"], var.min_tls_version)
    error_message = "The oldest version of TLS must be TLS_1_2 or TLS_1_3."
  }
}

variable "rail_addresses" {
  description = "Addresses that rails call back from. Defaults to everywhere, since every callback is signed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.rail_addresses : can(cidrhost(range, 0))])
    error_message = "Rails' addresses must be ranges such as 198.51.100.0/24."
  }
}

variable "rate_limit" {
  description = "Requests a minute of one address to one function: above `requests` they are answered 429, above `ban_requests` the API takes nothing from it for `ban_s`."
  type        = object({ requests = number, ban_requests = number, ban_s = number })
  # Fifty a second from one address: raise it for partners that send more from behind one.
  default = { requests = 3000, ban_requests = 12000, ban_s = 600 }

  validation {
    condition     = var.rate_limit.requests > 0 && var.rate_limit.ban_requests >= var.rate_limit.requests && var.rate_limit.ban_s > 0
    error_message = "The limit must be above 0, and the ban not begin below it."
  }
}

variable "subnets" {
  description = "Range of addresses of each way out. It must hold four addresses for each instance that functions may have."
  type        = object({ banks = string, google = string })
  # Ranges for use behind NAT (RFC 6598), which Google recommends where many instances ask for addresses.
  default = { banks = "100.64.16.0/22", google = "100.64.0.0/20" }

  validation {
    # Direct VPC egress takes no smaller range.
    condition     = alltrue([for range in values(var.subnets) : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) <= 26, false)])
    error_message = "Subnets must be ranges of at least a /26, such as 100.64.0.0/20."
  }
}

variable "waf_preview" {
  description = "Whether firewall rules only log what they would refuse: for the first days with a new partner, never for long."
  type        = bool
  default     = false
}
