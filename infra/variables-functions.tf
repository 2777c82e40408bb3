variable "function_environment" {
  description = "Values of the environment variables that a function.yaml names under `environment`. Secrets are kept elsewhere: secrets.tf."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(flatten(values(local.functions)[*].environment), keys(var.function_environment))) == 0
    error_message = "Functions name environment variables that function_environment has no value for: ${join(", ", setsubtract(flatten(values(local.functions)[*].environment), keys(var.function_environment)))}."
  }

  validation {
    condition     = length(setsubtract(keys(var.function_environment), flatten(values(local.functions)[*].environment))) == 0
    error_message = "Variables in function_environment that no function.yaml names: ${join(", ", setsubtract(keys(var.function_environment), flatten(values(local.functions)[*].environment)))}."
  }
}

variable "instances_max" {
  description = "Most instances that any function may have, where that is fewer than its function.yaml says. Cloud Run refuses a function that could take more than the project's quota of the region, which in a new project may be 20 CPUs and 40 GiB of memory. Null leaves what function.yaml says."
  type        = number
  default     = null

  validation {
    condition     = try(var.instances_max >= 1 && floor(var.instances_max) == var.instances_max, var.instances_max == null)
    error_message = "A function needs at least one instance, and whole ones."
  }
}

variable "runtime" {
  description = "Python of the functions. Clearway's own tests run on 3.11; https://cloud.google.com/functions/docs/runtime-support has the end of each."
  type        = string
  default     = "python311"

  validation {
    condition     = contains(["python311", "python312", "python313", "python314"], var.runtime)
    error_message = "The runtime must be python311 or a later one that Cloud Run functions have."
  }
}
