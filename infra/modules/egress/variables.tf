variable "bank_address_count" {
  description = "How many addresses calls to banks come from. Banks list them, so a change takes weeks; each carries 64,512 connections to one destination."
  type        = number
}

variable "bank_ranges" {
  description = "Addresses that may be called from the network of banks."
  type        = list(string)
}

variable "deletion_protection" {
  description = "Whether the addresses that banks know refuse to be given back."
  type        = bool
}

variable "instances_max" {
  description = "Most instances that functions may have at one time, by way out (banks, google)."
  type        = object({ banks = number, google = number })
}

variable "region" {
  description = "Region of the functions."
  type        = string
}

variable "subnets" {
  description = "Range of addresses of each way out. They meet no other network, so they matter to nobody else."
  type        = object({ banks = string, google = string })
}
