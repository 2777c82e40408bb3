variable "deletion_protection" {
  description = "Whether the topic refuses to be destroyed."
  type        = bool
}

variable "iam" {
  description = "Members by role, and within it by a name that is known before the member is."
  type        = map(map(string))
  default     = {}
}

variable "kept" {
  description = "Whether a subscription `<name>-kept` keeps what is published, for operators to look into: of dead letters."
  type        = bool
  default     = false
}

variable "kms_key" {
  description = "Full name of the key that encrypts messages."
  type        = string
}

variable "location" {
  description = "Region in which messages are stored."
  type        = string
}

variable "name" {
  description = "Name of the topic."
  type        = string
}

variable "retention_s" {
  description = "For how long messages can be had again, acknowledged or not."
  type        = number
  default     = 604800

  validation {
    condition     = var.retention_s >= 600 && var.retention_s <= 604800
    error_message = "Messages must be kept for 10 minutes to 7 days: Pub/Sub's limits for a subscription without extra cost."
  }
}

variable "schema" {
  description = "Avro definition that messages have to fit, in JSON; null takes any message."
  type        = string
  default     = null

  validation {
    condition     = var.schema == null || can(jsondecode(var.schema))
    error_message = "A schema must be an Avro definition in JSON."
  }
}
