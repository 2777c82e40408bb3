locals {
  # How an access list names the kinds of members that IAM names with a prefix.
  readers = {
    groups = [for member in var.readers : trimprefix(member, "group:") if startswith(member, "group:")]
    users  = [for member in var.readers : split(":", member)[1] if !startswith(member, "group:")]
  }
}

resource "google_bigquery_dataset" "this" {
  dataset_id  = var.dataset
  description = "Payment events as they happened, and what follows from them. Holds no personal data: parties are ids."
  location    = var.location
  # Rows are kept for as long as the dataset is: no default_table_expiration_ms.
  delete_contents_on_destroy = !var.deletion_protection
  deletion_policy            = var.deletion_protection ? "PREVENT" : "DELETE"
  # As long as Google allows, for what was deleted or overwritten by mistake.
  max_time_travel_hours = "168"

  default_encryption_configuration {
    kms_key_name = var.kms_key
  }

  # The whole list. Where it is left out, Google lets every viewer of the project read and every editor write.
  access {
    role          = "OWNER"
    special_group = "projectOwners"
  }

  dynamic "access" {
    for_each = toset(local.readers.groups)
    content {
      role           = "READER"
      group_by_email = access.value
    }
  }

  dynamic "access" {
    for_each = toset(local.readers.users)
    content {
      role          = "READER"
      user_by_email = access.value
    }
  }
}

resource "google_bigquery_table" "this" {
  for_each = var.tables

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  description         = each.value.description
  clustering          = each.value.clustering
  deletion_protection = var.deletion_protection
  # Without a filter by time, BigQuery would refuse a query instead of reading the whole table. It is not asked for,
  # since readers come through the view of deduplicated events: whether a filter on that can be moved below its window
  # function is the engine's choice, so a query that names its days might be refused. An event's history by payment id
  # is a fair question too, and clustering makes it cheap. Pub/Sub writes either way.
  require_partition_filter = false
  schema = jsonencode([
    for column in each.value.columns : merge(column, {
      for name, tags in { policyTags = { names = [try(google_data_catalog_policy_tag.this[var.policy_tags[each.key][column.name]].name, "")] } } :
      name => tags if can(var.policy_tags[each.key][column.name])
    })
  ])

  time_partitioning {
    type  = each.value.partition.type
    field = each.value.partition.field
  }

  encryption_configuration {
    kms_key_name = var.kms_key
  }
}

resource "google_bigquery_table" "view" {
  #checkov:skip=CKV_GCP_80:A view keeps nothing that could be encrypted; the tables that it reads have our key.
  #checkov:skip=CKV_GCP_121:A view keeps nothing that could be lost, and may be made anew.
  for_each = var.views

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  deletion_protection = false

  view {
    query          = each.value
    use_legacy_sql = false
  }

  # BigQuery refuses a view of what does not exist.
  depends_on = [google_bigquery_table.this]
}
