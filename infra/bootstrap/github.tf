# GitHub Actions proves who it is with a token of its own for each job, so there is no key that could leak.
# https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
locals {
  github = var.github[*]
  # Events by which people who may write to the repository start a job. Others, such as workflow_run, issue_comment and
  # pull_request_target, are started by any stranger's pull request or comment and run on the deployed branch with our
  # rights. A pull request from a fork gets no token from GitHub, and one from a branch has a ref of its own.
  # https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
  deploying_events = ["push", "workflow_dispatch"]
  planning_events  = ["merge_group", "pull_request", "schedule"]
  # Which of the two accounts a job may become. The deployer takes a job of the deployed branch in GitHub's environment of
  # the same name, whose reviewers GitHub asks; all other jobs of the repository may plan.
  github_account = length(local.github) == 0 ? "" : join(" && ", [
    "assertion.event_name in ${local.events.deploying}",
    "assertion.ref == 'refs/heads/${var.github.branch}'",
    "has(assertion.environment)",
    "assertion.environment == '${var.environment}'",
  ])
  events = {
    deploying = "[${join(", ", formatlist("'%s'", local.deploying_events))}]"
    all       = "[${join(", ", formatlist("'%s'", concat(local.deploying_events, local.planning_events)))}]"
  }
}

resource "google_iam_workload_identity_pool" "github" {
  count = length(local.github)

  workload_identity_pool_id = "clearway-github"
  display_name              = "Clearway: GitHub Actions"
  description               = "Jobs of ${var.github.repository}."

  depends_on = [time_sleep.enabled]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  #checkov:skip=CKV_GCP_125:The condition names the repository and its number; the check does not read a joined expression
  count = length(local.github)

  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"

  attribute_mapping = {
    "google.subject"    = "assertion.sub"
    "attribute.account" = "${local.github_account} ? 'deployer' : 'planner'"
  }
  # GitHub signs tokens for all the world's repositories with one key, so this is what keeps the others out.
  attribute_condition = join(" && ", [
    "assertion.repository == '${var.github.repository}'",
    "assertion.repository_id == '${var.github.repository_id}'",
    "assertion.event_name in ${local.events.all}",
  ])

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "github" {
  for_each = length(local.github) == 0 ? {} : {
    deployer = google_service_account.deployer.name
    planner  = google_service_account.planner.name
  }

  service_account_id = each.value
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/${google_iam_workload_identity_pool.github[0].workload_identity_pool_id}/attribute.account/${each.key}"
}
