# One service account for each function. It begins with no right at all; grants stand beside what they are on.
resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "clearway-${local.services[each.key]}"
  display_name = "Clearway: function ${each.key}"

  lifecycle {
    precondition {
      condition     = length([for key in local.unknown_grants : key if local.grants[key].function == each.key]) == 0
      error_message = "functions/${each.key}/function.yaml asks for ${join(" and ", [for key in local.unknown_grants : "${local.grants[key].role} on ${local.grants[key].kind}/${local.grants[key].on}" if local.grants[key].function == each.key])}: a role must be on a topic, queue or bucket that there is, and on the project only if it is one of ${join(", ", keys(local.project_roles))}."
    }
  }
}

# In whose name Pub/Sub, Cloud Tasks and Cloud Scheduler call functions. It may do nothing else.
resource "google_service_account" "invoker" {
  account_id   = "clearway-invoker"
  display_name = "Clearway: calls functions"
}

# Google's agents that call functions in the invoker's name, and so have to make its tokens. They may make no token of
# another account by this, nor one that opens a Google API. Pub/Sub's agent has no such right by itself:
# https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions#configure_for_push_authentication. Those of Cloud
# Tasks and Cloud Scheduler commonly have it over all accounts of a project, but not where that role was taken away:
# https://cloud.google.com/tasks/docs/creating-http-target-tasks, https://cloud.google.com/scheduler/docs/http-target-auth
resource "google_service_account_iam_member" "caller" {
  for_each = toset(["cloudscheduler", "cloudtasks", "pubsub"])

  service_account_id = google_service_account.invoker.name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = google_project_service_identity.agent[each.key].member
}

# An agent that was asked for, rather than made by the first use of its service, does not get its role by itself:
# https://cloud.google.com/iam/docs/create-service-agents. The first two build and run functions in the project's name.
# The others have all that their roles hold and that is needed here by grants on accounts, but for one permission: what
# jobs, tasks and scheduled queries came to is written into the log as them, and the alerts on failed jobs read it there
# (roles/cloudscheduler.serviceAgent, roles/cloudtasks.serviceAgent, roles/bigquerydatatransfer.serviceAgent:
# logging.logEntries.create).
resource "google_project_iam_member" "agent" {
  #checkov:skip=CKV_GCP_49:Google's own agents, in the roles that Google made for them and without which nothing can be deployed.
  for_each = {
    bigquerydatatransfer = "roles/logging.logWriter"
    cloudfunctions       = "roles/cloudfunctions.serviceAgent"
    cloudscheduler       = "roles/logging.logWriter"
    cloudtasks           = "roles/logging.logWriter"
    run                  = "roles/run.serviceAgent"
  }

  project = var.project
  role    = each.value
  member  = google_project_service_identity.agent[each.key].member
}
