variable "partners" {
  description = "Partners that publish payment requests themselves, by name: the one tenant whose payments each may ask for, and the members that publish in its name, on its own topic payment-requests-<name>."
  type        = map(object({ tenant = string, members = set(string) }))
  default     = {}

  validation {
    condition     = alltrue([for partner in keys(var.partners) : can(regex("^[a-z][a-z0-9-]{1,30}$", partner))])
    error_message = "A partner's name must be 2 to 31 small letters, digits and hyphens, beginning with a letter."
  }

  validation {
    condition     = alltrue([for one in values(var.partners) : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", one.tenant))])
    error_message = "A tenant is 1 to 63 small letters, digits and hyphens, as in its API keys."
  }

  validation {
    condition     = alltrue([for member in flatten([for one in values(var.partners) : tolist(one.members)]) : can(regex("^(group|user|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "A partner publishes as a serviceAccount:, group: or user: with its e-mail address; never as allUsers, allAuthenticatedUsers or a whole domain."
  }
}
