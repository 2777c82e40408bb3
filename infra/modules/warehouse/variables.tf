variable "dataset" {
  description = "Name of the dataset."
  type        = string
}

variable "deletion_protection" {
  description = "Whether dataset and tables refuse to be deleted."
  type        = bool
}

variable "kms_key" {
  description = "Full name of the key that encrypts all tables, of the same location."
  type        = string
}

variable "location" {
  description = "Region of the dataset."
  type        = string
}

variable "policy_tags" {
  description = "Columns that only some may read as they are: the name of their policy tag by column, by table."
  type        = map(map(string))
  default     = {}
}

variable "readers" {
  description = "Members that may read all tables and rows, tagged columns in hashed form."
  type        = list(string)
  default     = []
}

variable "runner" {
  description = "Account in whose name scheduled queries run; the Data Transfer Service's agent must be able to be it, and it must be able to run jobs."
  type        = object({ email = string, member = string })
}

variable "scheduled_queries" {
  description = "Statements by name, with their schedule, the tables and views that they read, and the table that they write."
  type        = map(object({ sql = string, schedule = string, reads = list(string), writes = string }))
  default     = {}
}

variable "tables" {
  description = "Tables by name: columns in BigQuery's JSON form, the column that they are partitioned by, and those that they are clustered by."
  type = map(object({
    description = string
    columns     = list(object({ name = string, type = string, mode = string, description = string }))
    partition   = object({ type = string, field = string })
    clustering  = list(string)
  }))

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(table.columns[*].name, "tenant")])
    error_message = "Every table must have a column tenant, since tenants see only their rows."
  }
}

variable "tag_readers" {
  description = "Members that may read tagged columns as they are, in rows that they may read."
  type        = list(string)
  default     = []
}

variable "tenant_readers" {
  description = "Members that may read one tenant's rows, by tenant."
  type        = map(list(string))
  default     = {}
}

variable "views" {
  description = "Queries of views, by name."
  type        = map(string)
  default     = {}
}
