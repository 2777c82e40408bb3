variable "analysts" {
  description = "Members that may read the whole warehouse, customers' ids in hashed form: group:..., user:... or serviceAccount:..."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.analysts : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "An analyst must be a group:, user: or serviceAccount: with its e-mail address."
  }
}

variable "bundle_days" {
  description = "For how many days the source of a function is kept after a newer one took its place: for so long one can go back to it."
  type        = number
  default     = 90
}

variable "customer_id_readers" {
  description = "Members that may read customers' ids in the warehouse as they are, such as those who answer to customers. Being analysts too is what lets them read at all."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.customer_id_readers : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "A reader must be a group:, user: or serviceAccount: with its e-mail address."
  }
}

variable "daily_backup_days" {
  description = "For how many days a daily backup of Firestore is kept. A fault of the last seven days is undone by point-in-time recovery, to the minute; a daily backup is for the day on which the database itself is lost, and with it that recovery, so seven reach as far back. Each is a full copy, which is paid for: 7 daily and 28 / 7 = 4 weekly ones are 11 times what is stored."
  type        = number
  default     = 7
}

variable "file_retention_years" {
  description = "For how many years files exchanged with banks cannot be changed or deleted. Six: Nacha Operating Rules, subsection 1.4, records of entries."
  type        = number
  default     = 6
}

variable "filing_authors" {
  description = "Members that may put reports to authorities into their bucket, and read them."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.filing_authors : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "An author must be a group:, user: or serviceAccount: with its e-mail address."
  }
}

variable "filing_readers" {
  description = "Members that may read reports to authorities. That a report exists is confidential (31 U.S.C. 5318(g)(2)), so they should be few."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.filing_readers : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "A reader must be a group:, user: or serviceAccount: with its e-mail address."
  }
}

variable "filing_retention_years" {
  description = "For how many years reports to authorities cannot be changed or deleted. Ten: records under OFAC's regulations since 2025-03-12, 31 CFR 501.601; other reports need five."
  type        = number
  default     = 10
}

variable "firestore_kms_key" {
  description = "Full name of a key for a multi-region database, in the multi-region us (nam5) or europe (eur3), usable by Firestore's service agent. Null takes our own, which is of the region."
  type        = string
  default     = null
}

variable "firestore_location" {
  description = "Where the database is, and for ever: null is the region (99.99 % promised), nam5 is three regions (99.999 %, at twice the price)."
  type        = string
  default     = null

  validation {
    condition     = var.firestore_location == null || var.firestore_location == var.region || var.firestore_kms_key != null
    error_message = "A database outside of the region needs a key of its own location: firestore_kms_key."
  }
}

variable "list_editors" {
  description = "Members that may put lists of sanctioned parties and of participants into their bucket, such as the job that fetches them."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.list_editors : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "An editor must be a group:, user: or serviceAccount: with its e-mail address."
  }
}

variable "retention_locked" {
  description = "Whether retention of files and filings is locked: then nobody can shorten it, ever, and a bucket goes only when its last object may. It cannot be undone."
  type        = bool
  default     = false
}

variable "secret_destroy_after_days" {
  description = "For how many days a secret's version that somebody destroys can still be brought back."
  type        = number
  default     = 30
}

variable "tenant_readers" {
  description = "Members that may read one tenant's rows of the warehouse, by tenant."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for tenant in keys(var.tenant_readers) : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", tenant))])
    error_message = "A tenant is 1 to 63 small letters, digits and hyphens, as in its API keys."
  }

  validation {
    condition     = alltrue([for member in flatten(values(var.tenant_readers)) : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "A reader must be a group:, user: or serviceAccount: with its e-mail address."
  }

  validation {
    condition     = length(flatten(values(var.tenant_readers))) == length(distinct(flatten(values(var.tenant_readers))))
    error_message = "Nobody reads for two tenants: their rows would appear as one."
  }
}

variable "weekly_backup_days" {
  description = "For how many days a weekly backup of Firestore is kept: a fault that is found within four weeks, and so within the close of its month, is undone to the week. 98, as long as Firestore allows, are 14 full copies where 28 are 4."
  type        = number
  default     = 28
}
