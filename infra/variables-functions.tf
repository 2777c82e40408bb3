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
