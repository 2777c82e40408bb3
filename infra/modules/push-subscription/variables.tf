variable "ack_deadline_s" {
  description = "After how long without an answer a message is delivered again."
  type        = number
}

variable "agent" {
  description = "Pub/Sub's service agent, as a member."
  type        = string
}

variable "dead_letter" {
  description = "Full name of the topic that takes what failed too often, and how often that is."
  type        = object({ topic = string, max_delivery_attempts = number })
}

variable "deletion_protection" {
  description = "Whether the subscription refuses to be destroyed, and so to be replaced, which loses what waits in it."
  type        = bool
}

variable "filter" {
  description = "Which messages are delivered, by their attributes; empty for all. It can never be changed."
  type        = string
  default     = ""
}

variable "name" {
  description = "Name of the subscription."
  type        = string
}

variable "retry" {
  description = "Exponential back-off between deliveries."
  type        = object({ minimum_backoff_s = number, maximum_backoff_s = number })
}

variable "service_account" {
  description = "E-mail address of the service account in whose name the function is called."
  type        = string
}

variable "timeout_s" {
  description = "For how long the function may work on a message."
  type        = number
}

variable "topic" {
  description = "Full name of the topic."
  type        = string
}

variable "url" {
  description = "Address of the function, which is the token's audience too."
  type        = string
}
