# The roles of function.yaml, each on the thing that it names: on the project only what Google allows nowhere else. Those on
# topics, queues and buckets are given beside these: pubsub.tf, tasks.tf, storage.tf.
locals {
  grants = merge([
    for name, one in local.functions : {
      for grant in one.roles : "${name}/${grant.role}/${grant.resource}" => {
        function = name
        role     = grant.role
        kind     = split("/", grant.resource)[0]
        on       = try(split("/", grant.resource)[1], "")
      }
    }
  ]...)
  grants_on = {
    for kind in ["project", "topic", "queue"] :
    kind => { for key, grant in local.grants : key => grant if grant.kind == kind && !contains(local.unknown_grants, key) }
  }
  # What each kind of thing can be given, and so what a function may ask for. Every other grant is refused (identities.tf).
  unknown_grants = [
    for key, grant in local.grants : key if !(
      grant.kind == "project" && contains(keys(local.project_roles), grant.role) ||
      grant.kind == "topic" && contains(local.topics, grant.on) ||
      grant.kind == "queue" && contains(keys(local.queues), grant.on) ||
      grant.kind == "bucket" && contains(local.bucket_names, grant.on)
    )
  ]

  # Roles that may stand on the project, and the condition that holds them to what is ours. Firestore has no policy of its
  # own for a database: https://cloud.google.com/firestore/docs/manage-databases#configure_per-database_access_permissions
  project_roles = {
    for role in ["roles/datastore.user", "roles/datastore.viewer"] :
    role => "resource.name == \"projects/${var.project}/databases/(default)\""
  }

  # Buckets that a function can be given a role on (storage.tf), and is then told the names of.
  bucket_names = ["files", "lists"]
  buckets      = { for name in local.bucket_names : name => module.bucket[name].name }
  buckets_of = {
    for name, one in local.functions :
    name => [for bucket in local.bucket_names : bucket if contains(one.roles[*].resource, "bucket/${bucket}")]
  }
}

resource "google_project_iam_member" "function" {
  for_each = local.grants_on.project

  project = var.project
  role    = each.value.role
  member  = google_service_account.function[each.value.function].member

  condition {
    title       = "the default database"
    description = "Only the Firestore database that Clearway keeps its books in."
    expression  = local.project_roles[each.value.role]
  }
}

# Whoever enqueues a task says in whose name it will call, and has to be allowed to act in that name.
# https://cloud.google.com/tasks/docs/creating-http-target-tasks#sa
resource "google_service_account_iam_member" "enqueuer" {
  for_each = { for name, one in local.functions : name => one if length(one.enqueues) > 0 }

  service_account_id = google_service_account.invoker.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function[each.key].member
}
