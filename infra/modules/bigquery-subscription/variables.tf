variable "account" {
  description = "Service account that writes the table: its e-mail address, IAM member and full name."
  type        = object({ email = string, member = string, name = string })
}

variable "ack_deadline_s" {
  description = "For how long one write may take before it counts as failed."
  type        = number
}

variable "dead_letter" {
  description = "Id of the topic that takes what BigQuery refused so many times."
  type        = object({ topic = string, max_delivery_attempts = number })
}

variable "deletion_protection" {
  description = "Whether the subscription refuses to be deleted, and with it what it has not written yet."
  type        = bool
}

variable "drop_unknown_fields" {
  description = "Whether fields that the table does not have are left out; else their message is not written."
  type        = bool
}

variable "filter" {
  description = "Which messages are written; empty for all. It can never be changed."
  type        = string
}

variable "name" {
  description = "Name of the subscription."
  type        = string
}

variable "pubsub_agent" {
  description = "Member that is Pub/Sub's service agent."
  type        = string
}

variable "retry" {
  description = "How long is waited between attempts."
  type        = object({ minimum_backoff_s = number, maximum_backoff_s = number })
}

variable "table" {
  description = "The table that is written."
  type        = object({ project = string, dataset_id = string, table_id = string })
}

variable "topic" {
  description = "Id of the topic that is read."
  type        = string
}

variable "use_table_schema" {
  description = "Whether a message's fields become the columns of the same names."
  type        = bool
}

variable "write_metadata" {
  description = "Whether columns are filled with the message's id, time, attributes and subscription."
  type        = bool
}
