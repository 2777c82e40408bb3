# Every function of functions/*/function.yaml: from where it can be reached, by whom it may be called, what it is told.
locals {
  bundles_file = "${local.bundles_dir}/bundles.json"
  # Without the file, each function says that it has no bundle.
  bundles = jsondecode(fileexists(local.bundles_file) ? file(local.bundles_file) : "{\"functions\": {}}")

  # Pub/Sub's push, Cloud Tasks and Cloud Scheduler of the same project count as internal when they call a run.app
  # address: https://cloud.google.com/run/docs/securing/ingress#settings. What people or banks call comes through the load
  # balancer, whose rules nobody can go around.
  ingress = {
    for name, one in local.functions :
    name => one.trigger.kind == "http" ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_INTERNAL_ONLY"
  }

  # A public function authenticates its callers itself, by API key or by a rail's signature; the platform cannot, since
  # they have no account with Google. People get to the other HTTP functions after they have signed in at the load
  # balancer, which then calls as Identity-Aware Proxy. The rest is called by Google's services as the invoker.
  invokers = {
    for name, one in local.functions :
    name => (
      one.trigger.kind != "http" ? { invoker = google_service_account.invoker.member } :
      one.trigger.public ? { everybody = "allUsers" } :
      { iap = google_project_service_identity.agent["iap"].member }
    )
  }

  # As emulators/function_process.py gives them to a local process. A function sees nothing that it did not ask for.
  environments = {
    for name, one in local.functions : name => merge(
      {
        GOOGLE_CLOUD_PROJECT = var.project
        CLEARWAY_REGION      = var.region
        # One process with a thread for each request that it may be given at a time, and logs that are never held back:
        # an instance has no CPU after its last answer.
        PYTHONUNBUFFERED = "1"
        THREADS          = tostring(one.size.concurrency)
        WORKERS          = "1"
      },
      {
        for attempts in try([one.trigger.dead_letter.max_delivery_attempts], []) :
        "CLEARWAY_DELIVERY_ATTEMPTS_MAX" => tostring(attempts)
      },
      { for bucket in local.buckets_of[name] : "CLEARWAY_${upper(bucket)}_BUCKET" => local.buckets[bucket] },
      {
        for worker, behind in local.by_kind.tasks : "CLEARWAY_${upper(worker)}_URL" => local.urls[worker]
        if contains(one.enqueues, behind.trigger.queue)
      },
      length(one.enqueues) == 0 ? {} : { CLEARWAY_INVOKER_SERVICE_ACCOUNT = google_service_account.invoker.email },
      contains(keys(local.intake), name) ? local.partner_environment : {},
      { for variable in one.environment : variable => var.function_environment[variable] },
    )
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name            = each.key
  service         = local.services[each.key]
  url             = local.urls[each.key]
  owner           = each.value.owner
  project         = var.project
  location        = var.region
  runtime         = var.runtime
  bucket          = module.bucket["bundles"].name
  bundle          = try(merge({ folder = local.bundles_dir }, local.bundles.functions[each.key]), null)
  builder         = { service_account = google_service_account.builder.id, repository = google_artifact_registry_repository.functions.id }
  kms_key         = module.keys.ids["functions"]
  service_account = google_service_account.function[each.key].email
  size            = each.value.size
  ingress         = local.ingress[each.key]
  invokers        = local.invokers[each.key]
  network         = module.egress.networks[each.value.egress]
  environment     = local.environments[each.key]
  secrets         = { for variable in each.value.secrets : variable => module.secrets.ids[variable] }

  # A function may do what it has to before it is there to do it.
  depends_on = [time_sleep.granted]
}

# A grant counts within two minutes, mostly: https://cloud.google.com/iam/docs/access-change-propagation. A build that
# begins before fails, so a first deployment waits once.
resource "time_sleep" "granted" {
  create_duration = "120s"

  depends_on = [
    google_artifact_registry_repository_iam_member.builder,
    google_project_iam_member.agent,
    google_project_iam_member.builder,
    google_project_iam_member.function,
    google_service_account_iam_member.enqueuer,
    google_storage_bucket_iam_member.builder,
    module.keys,
    module.queue,
    module.secrets,
    module.topic,
  ]
}
