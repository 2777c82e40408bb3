# What follows from functions/*/function.yaml: the same files that the local system reads, by the same rules.
locals {
  repository    = abspath("${path.module}/..")
  functions_dir = coalesce(var.functions_dir, "${local.repository}/functions")
  bundles_dir   = coalesce(var.bundles_dir, "${local.repository}/.clearway/bundles")

  described = {
    for file in fileset(local.functions_dir, "*/function.yaml") :
    dirname(file) => yamldecode(file("${local.functions_dir}/${file}"))
  }
  # Cloud Run asks at deployment whether the quota of the region has room for all instances that a function may have:
  # https://cloud.google.com/run/docs/configuring/max-instances-limits
  functions = {
    for name, one in local.described : name => merge(one, {
      size = merge(one.size, { instances_max = min(one.size.instances_max, coalesce(var.instances_max, one.size.instances_max)) })
    })
  }
  by_kind = {
    for kind in ["http", "pubsub", "tasks", "scheduler"] :
    kind => { for name, one in local.functions : name => one if one.trigger.kind == kind }
  }
  # Cloud Run takes no underscore in a service's name.
  services = { for name in keys(local.functions) : name => replace(name, "_", "-") }
  # Known before anything is made, so that functions can be told of each other without a cycle:
  # https://cloud.google.com/run/docs/triggering/https-request#deterministic
  urls = {
    for name, service in local.services :
    name => "https://${service}-${local.project_number}.${var.region}.run.app"
  }

  project_number = coalesce(var.project_number, one(data.google_project.this[*].number))
  labels         = { app = "clearway", environment = var.environment }
}

# Asked for only where it is not given: a plan for tests needs no project to exist.
data "google_project" "this" {
  count = var.project_number == null ? 1 : 0

  project_id = var.project
}
