variable "deletion_protection" {
  description = "Whether a secret refuses to be deleted."
  type        = bool
}

variable "destroy_after_days" {
  description = "For how many days a version that somebody destroys can still be brought back."
  type        = number

  validation {
    condition     = var.destroy_after_days >= 1 && var.destroy_after_days <= 1000
    error_message = "Secret Manager delays a destruction by 1 to 1000 days."
  }
}

variable "kms_key" {
  description = "Full name of the key that encrypts the versions, of the same location."
  type        = string
}

variable "location" {
  description = "Region in which the versions are kept."
  type        = string
}

variable "secrets" {
  description = "Secrets by the environment variable that they become: their id, and who may read them by a name that is known before the member is."
  type        = map(object({ secret_id = string, readers = map(string) }))
}
