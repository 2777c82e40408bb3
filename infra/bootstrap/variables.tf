variable "deploy_people" {
  description = "Who may deploy from a terminal in the deployer's name: `user:` or `group:` members. Nobody by default: CI deploys."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.deploy_people : can(regex("^(user|group):[^@ ]+@[^@ ]+$", one))])
    error_message = "People who deploy must be user: or group: members."
  }
}

variable "disposable" {
  description = "Whether the environment may be torn down, hence whether the deployer may delete databases, buckets and what is in them."
  type        = bool
  default     = false
}

variable "environment" {
  description = "Name of the deployment, as in infra/: it is also the name of GitHub's environment that may deploy."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "The environment must be 2 to 16 small letters, digits and hyphens, beginning with a letter."
  }
}

variable "github" {
  description = "The repository whose workflows may plan and deploy, by name and by number (which nobody can take over), and the branch that is deployed. Without it CI has no access."
  type        = object({ repository = string, repository_id = string, branch = optional(string, "main") })
  default     = null

  validation {
    condition = var.github == null ? true : alltrue([
      can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository)),
      can(regex("^[0-9]+$", var.github.repository_id)),
      can(regex("^[A-Za-z0-9._/-]+$", var.github.branch)),
    ])
    error_message = "GitHub's repository must be owner/name, its number digits (gh api repos/OWNER/NAME --jq .id), and its branch one name without wildcards."
  }
}

variable "grantable_roles" {
  description = "The only roles that the deployer may give or take on the project itself: the reviewed list of project-wide grants of infra/."
  type        = set(string)
  default = [
    "roles/bigquery.jobUser",
    "roles/cloudfunctions.serviceAgent",
    "roles/datastore.user",
    "roles/logging.logWriter",
    "roles/run.serviceAgent",
    "roles/storage.objectViewer",
  ]

  validation {
    condition = alltrue([
      for role in var.grantable_roles :
      can(regex("^roles/[A-Za-z.]+$", role)) && !contains(["roles/owner", "roles/editor", "roles/viewer"], role) &&
      !can(regex("(?i)iam\\.|resourcemanager\\.|admin$", role))
    ])
    error_message = "Grantable roles must be predefined ones that are neither basic nor an administrator's, or the deployer could make itself owner."
  }
}

variable "project" {
  description = "Id of the project that Clearway is deployed to."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The project must be a project id: 6 to 30 small letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of the state: that of the deployment."
  type        = string
  default     = "us-central1"
}
