variable "console_people" {
  description = "Who may sign in to what is not public: `user:` or `group:` members. Nobody when empty."
  type        = set(string)
  default     = []
}

variable "deletion_protection" {
  description = "Whether the addresses refuse to be given back: DNS records point at them."
  type        = bool
}

variable "functions" {
  description = "What is served, by the function's name: the host (a key of `hosts`), its paths, whether anybody may reach it, and its Cloud Run service."
  type = map(object({
    host    = string
    paths   = list(string)
    public  = bool
    service = string
  }))
}

variable "hosts" {
  description = "Domain name of each host that functions name."
  type        = map(string)

  validation {
    condition     = alltrue([for one in var.functions : contains(keys(var.hosts), one.host)])
    error_message = "A function is to be served at a host that has no name among `hosts`: ${join(", ", setsubtract([for one in var.functions : one.host], keys(var.hosts)))}."
  }
}

variable "log_sample_rate" {
  description = "Share of requests that are logged, from 0 to 1. What Cloud Armor refused is in the same log, and thinned with it."
  type        = number
}

variable "min_tls_version" {
  description = "Oldest version of TLS that is spoken."
  type        = string
}

variable "rail_addresses" {
  description = "Ranges of addresses that rails call back from; everywhere when empty."
  type        = list(string)
  default     = []
}

variable "rate_limit" {
  description = "Requests a minute of one address: above `requests` they are answered 429, above `ban_requests` nothing is taken from it for `ban_s`."
  type        = object({ requests = number, ban_requests = number, ban_s = number })
}

variable "region" {
  description = "Region of the functions."
  type        = string
}

variable "waf_preview" {
  description = "Whether the firewall rules only log what they would refuse."
  type        = bool
}
