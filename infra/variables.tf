variable "bundles_dir" {
  description = "Folder with bundles.json and the zips that it names, written by `make bundles`. Defaults to .clearway/bundles of the checkout."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether what holds state (Firestore, BigQuery, buckets, keys) refuses to be destroyed."
  type        = bool
  default     = true
}

variable "environment" {
  description = "Name of the deployment, such as dev or prod: a label on everything, and part of what alerts say."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "The environment must be 2 to 16 small letters, digits and hyphens, beginning with a letter."
  }
}

variable "functions_dir" {
  description = "Folder with one folder for each function, holding its function.yaml. Defaults to functions of the checkout."
  type        = string
  default     = null
}

variable "key_ring" {
  description = "Name of the ring of our encryption keys. Google never deletes a ring, so a project that was torn down needs another name."
  type        = string
  default     = "clearway"
}

variable "owners" {
  description = "E-mail address of each team that a function.yaml names as owner: where its alerts go."
  type        = map(string)

  validation {
    condition     = alltrue([for address in values(var.owners) : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "Every owner must have an e-mail address."
  }
}

variable "project" {
  description = "Id of the Google Cloud project that everything is made in. It should hold nothing else."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The project must be a project id: 6 to 30 small letters, digits and hyphens."
  }
}

variable "project_number" {
  description = "Number of that project. Looked up where it is not given."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of all regional resources, and of the data."
  type        = string
  default     = "us-central1"
}
