variable "archive_after_days" {
  description = "Age at which objects move to the cheapest storage class; null leaves them."
  type        = number
  default     = null
}

variable "delete_after_days" {
  description = "Age at which objects are deleted; null keeps them."
  type        = number
  default     = null
}

variable "deletion_protection" {
  description = "Whether a bucket with objects refuses to be destroyed."
  type        = bool
  default     = true
}

variable "iam" {
  description = "Members by role, and within it by a name that is known before the member is."
  type        = map(map(string))
  default     = {}
}

variable "kms_key" {
  description = "Full name of the key that encrypts what is stored."
  type        = string
}

variable "location" {
  description = "Region of the bucket."
  type        = string
}

variable "name" {
  description = "Name of the bucket, unique over all of Google Cloud."
  type        = string
}

variable "old_versions_days" {
  description = "For how long a version is kept that is no longer the current one."
  type        = number
  default     = 30
}

variable "retention" {
  description = "For how long nobody can change or delete an object; a locked period can never be shortened again. It excludes versioning."
  type        = object({ duration_s = number, locked = bool })
  default     = null

  validation {
    condition     = var.retention == null || try(var.retention.duration_s > 0 && var.retention.duration_s <= 3155760000, false)
    error_message = "Cloud Storage retains objects for up to 100 years."
  }
}

variable "soft_delete_days" {
  description = "For how many days a deleted object can be brought back: none, or 7 to 90."
  type        = number
  default     = 7

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "Cloud Storage keeps deleted objects for 7 to 90 days, or not at all."
  }
}
