# Applied to a provider that makes ids up and calls nobody.
mock_provider "google" {
  # Whose form the provider looks at.
  mock_resource "google_kms_crypto_key" {
    defaults = { id = "projects/made-up/locations/us-central1/keyRings/clearway-state/cryptoKeys/state" }
  }
  mock_resource "google_kms_key_ring" {
    defaults = { id = "projects/made-up/locations/us-central1/keyRings/clearway-state" }
  }
  mock_resource "google_project_iam_custom_role" {
    defaults = { id = "projects/made-up/roles/clearwayMadeUp" }
  }
  mock_resource "google_service_account" {
    defaults = {
      member = "serviceAccount:made-up@made-up.iam.gserviceaccount.com"
      name   = "projects/made-up/serviceAccounts/made-up@made-up.iam.gserviceaccount.com"
    }
  }
}

# Waits for nobody.
mock_provider "time" {}

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

override_data {
  target = data.google_storage_project_service_account.this
  values = { member = "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com" }
}

variables {
  environment = "prod"
  project     = "clearway-prod"
  github      = { repository = "acme/clearway", repository_id = "4242" }
}

run "the_state_outlives_mistakes" {
  command = apply

  assert {
    condition = (
      google_storage_bucket.state.name == "clearway-prod-terraform-state" &&
      google_storage_bucket.state.deletion_policy == "PREVENT" && !google_storage_bucket.state.force_destroy &&
      google_storage_bucket.state.versioning[0].enabled && google_storage_bucket.state.soft_delete_policy[0].retention_duration_seconds == 2592000
    )
    error_message = "Neither the state's bucket nor a version of the state may be lost by a command."
  }
  assert {
    condition = (
      google_storage_bucket.state.public_access_prevention == "enforced" && google_storage_bucket.state.uniform_bucket_level_access &&
      google_storage_bucket.state.encryption[0].default_kms_key_name == google_kms_crypto_key.state.id &&
      google_kms_crypto_key.state.deletion_policy == "PREVENT"
    )
    error_message = "The state must be private, encrypted with our key, and the key kept."
  }
  assert {
    condition = alltrue([
      for one in [google_storage_bucket_iam_member.deployer, google_storage_bucket_iam_member.planner] :
      strcontains(one.condition[0].expression, "resource.name.startsWith(\"projects/_/buckets/clearway-prod-terraform-state/objects/environments/\")")
    ])
    error_message = "CI may not touch the state that says what CI may do."
  }
  assert {
    condition     = google_storage_bucket_iam_member.planner.role == "roles/storage.objectViewer"
    error_message = "Whoever plans may not change the state."
  }
}

run "nobody_is_owner_or_near_it" {
  command = apply

  assert {
    condition = length(setintersection(
      concat(
        values(google_project_iam_member.deployer)[*].role, values(google_project_iam_member.planner)[*].role,
        [google_project_iam_member.deployer_grants.role, google_project_iam_member.deployer_objects.role],
        [google_project_iam_member.planner_bundles.role], tolist(var.grantable_roles),
      ),
      [
        "roles/owner", "roles/editor", "roles/viewer", "roles/iam.securityAdmin", "roles/iam.serviceAccountKeyAdmin",
        "roles/iam.serviceAccountTokenCreator", "roles/resourcemanager.projectMover", "roles/storage.admin", "roles/datastore.owner",
        "roles/secretmanager.admin", "roles/cloudkms.admin", "roles/iam.workloadIdentityPoolAdmin", "roles/iam.roleAdmin",
      ],
    )) == 0
    error_message = "No basic role, and none that opens everything, may be given to anybody."
  }
  assert {
    condition = (
      google_project_iam_member.deployer_grants.role == "roles/resourcemanager.projectIamAdmin" &&
      google_project_iam_member.deployer_grants.condition[0].expression == "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", formatlist("'%s'", sort(var.grantable_roles)))}])"
    )
    error_message = "The deployer may grant on the project the reviewed roles alone."
  }
  assert {
    condition = length([
      for one in concat(
        tolist(google_project_iam_custom_role.deployer.permissions), tolist(google_project_iam_custom_role.deployer_buckets.permissions),
        tolist(google_project_iam_custom_role.planner.permissions),
      ) :
      one if can(regex("entities|objects|versions\\.access|useTo|destroy|\\.delete$|getData|actAs|serviceAccountKeys", one)) &&
      !can(regex("^(datastore\\.(schemas|backupSchedules)|secretmanager\\.secrets)\\.delete$", one))
    ]) == 0
    error_message = "Roles of ours may read no payment, file or secret, use or destroy no key, and delete no database or bucket."
  }
  # Permissions without which the provider can make, or look at, what infra/ has.
  assert {
    condition = (
      length(setsubtract(["secretmanager.versions.add", "secretmanager.versions.enable", "secretmanager.versions.get"], google_project_iam_custom_role.deployer.permissions)) == 0 &&
      length(setsubtract(["bigquery.dataPolicies.get", "bigquery.rowAccessPolicies.get", "logging.exclusions.get"], google_project_iam_custom_role.planner.permissions)) == 0
    )
    error_message = "The deployer must be able to add the first version of a secret, and the planner to see every policy."
  }
  assert {
    condition = (
      length([for one in google_project_iam_custom_role.deployer.permissions : one if can(regex("^storage\\.buckets\\.(delete|setIamPolicy|update)$", one))]) == 0 &&
      google_project_iam_member.deployer_buckets.condition[0].expression == "!resource.name.startsWith(\"projects/_/buckets/clearway-prod-terraform-state\")"
    )
    error_message = "Whoever can open the state's bucket writes what runs as the owner who bootstraps next."
  }
  assert {
    condition     = google_project_default_service_accounts.this.action == "DEPRIVILEGE"
    error_message = "The deployer can act as every account, so Google's default one may not be an editor."
  }
  assert {
    condition     = google_project_iam_member.deployer_objects.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/clearway-prod-bundles/\")"
    error_message = "The deployer may touch objects of the bucket of bundles alone."
  }
  assert {
    condition     = length([for one in google_project_iam_custom_role.planner.permissions : one if !can(regex("\\.(get|getIamPolicy|getMetadata|list)$", one))]) == 0
    error_message = "Whoever plans may change nothing."
  }
}

run "only_our_repository_comes_in_and_only_its_branch_deploys" {
  command = apply

  assert {
    condition = google_iam_workload_identity_pool_provider.github[0].attribute_condition == join(" && ", [
      "assertion.repository == 'acme/clearway'", "assertion.repository_id == '4242'", "assertion.event_name in ['push', 'workflow_dispatch', 'merge_group', 'pull_request', 'schedule']",
    ])
    error_message = "Tokens of other repositories, or of workflows that strangers start with our rights, must be refused."
  }
  assert {
    condition = google_iam_workload_identity_pool_provider.github[0].attribute_mapping["attribute.account"] == join(" && ", [
      "assertion.event_name in ['push', 'workflow_dispatch']", "assertion.ref == 'refs/heads/main'", "has(assertion.environment)", "assertion.environment == 'prod' ? 'deployer' : 'planner'",
    ])
    error_message = "Only a job of the branch, in GitHub's environment of the same name, may deploy."
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].oidc[0].issuer_uri == "https://token.actions.githubusercontent.com"
    error_message = "Tokens must be GitHub's."
  }
  assert {
    condition = {
      for name, one in google_service_account_iam_member.github : name => "${one.role} ${one.member}"
      } == {
      for name in ["deployer", "planner"] :
      name => "roles/iam.workloadIdentityUser principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/clearway-github/attribute.account/${name}"
    }
    error_message = "Each account may be taken by the jobs that are mapped to it alone."
  }
}

run "what_may_be_torn_down_may_be_deleted" {
  command = apply
  variables {
    disposable  = true
    environment = "dev"
    project     = "clearway-dev"
  }

  assert {
    condition = (
      contains(google_project_iam_custom_role.deployer.permissions, "datastore.databases.delete") &&
      contains(google_project_iam_custom_role.deployer_buckets.permissions, "storage.buckets.delete")
    )
    error_message = "The deployer of a disposable environment must be able to delete what it made."
  }
  assert {
    condition = toset([
      for one in [google_project_iam_member.deployer_objects, google_project_iam_member.deployer_buckets] : one.condition[0].expression
    ]) == toset(["!resource.name.startsWith(\"projects/_/buckets/clearway-dev-terraform-state\")"])
    error_message = "The state is not the environment's: whoever writes it decides what runs as the owner."
  }
}

run "without_a_repository_ci_has_no_way_in" {
  command = apply
  variables {
    github = null
  }

  assert {
    condition = (
      length(google_iam_workload_identity_pool.github) == 0 && length(google_service_account_iam_member.github) == 0 &&
      output.workload_identity_provider == null
    )
    error_message = "Nobody but people may deploy where no repository is named."
  }
}

run "a_repository_without_its_number_is_refused" {
  command = plan
  variables {
    github = { repository = "acme/clearway", repository_id = "" }
  }
  expect_failures = [var.github]
}

run "a_basic_role_cannot_be_made_grantable" {
  command = plan
  variables {
    grantable_roles = ["roles/datastore.user", "roles/editor"]
  }
  expect_failures = [var.grantable_roles]
}

run "an_administrators_role_cannot_be_made_grantable" {
  command = plan
  variables {
    grantable_roles = ["roles/resourcemanager.projectIamAdmin"]
  }
  expect_failures = [var.grantable_roles]
}
