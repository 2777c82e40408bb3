variable "deletion_protection" {
  description = "Whether Terraform refuses to let go of the keys."
  type        = bool
}

variable "location" {
  description = "Region of the keys: that of what they encrypt."
  type        = string
}

variable "ring" {
  description = "Name of the key ring."
  type        = string
}

variable "users" {
  description = "Members that may encrypt and decrypt with each key, by its name."
  type        = map(list(string))
}
