variable "daily_backup_days" {
  description = "For how many days a daily backup is kept."
  type        = number

  validation {
    condition     = var.daily_backup_days >= 1 && var.daily_backup_days <= 98
    error_message = "Firestore keeps a backup for 1 to 98 days (14 weeks)."
  }
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted, by Terraform and by anybody."
  type        = bool
}

variable "fields" {
  description = "Every collection, with the fields that queries need a single-field index for; no other has one. `ttl` names the time after which, and after how many days more, a document expires."
  type = list(object({
    collection = string
    fields = list(object({
      path  = string
      order = optional(string)
      array = optional(string)
    }))
    ttl = optional(object({ path = string, after_days = number }))
  }))

  validation {
    condition     = alltrue([for one in var.fields : one.ttl == null || !contains(one.fields[*].path, try(one.ttl.path, ""))])
    error_message = "A field that documents expire by cannot have an index."
  }
}

variable "indexes" {
  description = "Composite indexes: equalities first, then the array, then the range."
  type = list(object({
    collection = string
    fields = list(object({
      path  = string
      order = optional(string)
      array = optional(string)
    }))
  }))
}

variable "kms_key" {
  description = "Full name of the key that encrypts the database; of the same location, or us for nam5 and europe for eur3."
  type        = string
}

variable "location" {
  description = "Where the database is: a region, or a multi-region such as nam5. It can never be changed."
  type        = string
}

variable "weekly_backup_days" {
  description = "For how many days a weekly backup is kept."
  type        = number

  validation {
    condition     = var.weekly_backup_days >= 7 && var.weekly_backup_days <= 98
    error_message = "A weekly backup is kept for 7 to 98 days (14 weeks), as long as Firestore allows."
  }
}
