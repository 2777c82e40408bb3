variable "bucket" {
  description = "Name of the bucket that bundles are put into."
  type        = string
}

variable "builder" {
  description = "What builds the function: full names of the service account and of the Artifact Registry repository that takes the image."
  type        = object({ service_account = string, repository = string })
}

variable "bundle" {
  description = "The function's source: a zip in a folder of this machine, named after its content's SHA-256."
  type        = object({ folder = string, file = string, sha256 = string })

  validation {
    condition     = var.bundle != null
    error_message = "There is no bundle of this function: run `make bundles` first, or point bundles_dir to where bundles.json is."
  }

  validation {
    condition     = var.bundle == null || strcontains(try(var.bundle.file, ""), substr(try(var.bundle.sha256, "-"), 0, 16))
    error_message = "A bundle's file name must hold the first 16 digits of its SHA-256, since the name alone says whether code has changed."
  }
}

variable "environment" {
  description = "Environment variables of the running function."
  type        = map(string)
}

variable "ingress" {
  description = "From where the function can be reached at all."
  type        = string

  validation {
    condition     = contains(["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"], var.ingress)
    error_message = "A function must be reachable from inside the project, or through the load balancer besides, and in no other way."
  }
}

variable "invokers" {
  description = "Members that may call the function, by a name that is known before the member is."
  type        = map(string)
}

variable "kms_key" {
  description = "Full name of the key that encrypts source, image and instances. The repository of `builder` must have the same."
  type        = string
}

variable "location" {
  description = "Region of the function."
  type        = string
}

variable "name" {
  description = "Name of the function, as its folder has it."
  type        = string
}

variable "network" {
  description = "Network and subnetwork that all its outgoing traffic takes."
  type        = object({ network = string, subnetwork = string })
}

variable "owner" {
  description = "Team that is told when something is wrong with it."
  type        = string
}

variable "project" {
  description = "Project of its secrets."
  type        = string
}

variable "runtime" {
  description = "Runtime that the bundle was locked for, such as python311."
  type        = string

  validation {
    condition     = can(regex("^python3[0-9]+$", var.runtime))
    error_message = "The runtime must be one of Python, such as python311: bundles.json says which under `python`."
  }
}

variable "secrets" {
  description = "Secret of each environment variable that holds one."
  type        = map(string)
}

variable "service" {
  description = "Name of the function on Google Cloud, and of its Cloud Run service."
  type        = string
}

variable "service_account" {
  description = "E-mail address of the service account that it runs as."
  type        = string
}

variable "size" {
  description = "An instance, and how many of them there may be."
  type = object({
    cpu           = number
    memory_mib    = number
    concurrency   = number
    instances_min = number
    instances_max = number
    timeout_s     = number
  })
}

variable "url" {
  description = "Address that Cloud Run gives the service by its name."
  type        = string
}
