# Once a table has one policy, whoever is in none sees no row of it. So that this is so from the first day, everyone who
# may see all rows is named in a policy of its own, and the job that sums them up is always among them.
locals {
  tenants = merge([
    for table in keys(var.tables) : {
      for tenant, members in var.tenant_readers : "${table}/${tenant}" => { table = table, tenant = tenant, members = members }
    }
  ]...)
  tenant_members = toset(flatten(values(var.tenant_readers)))
  tenant_grants = merge([
    for name in concat(keys(var.tables), keys(var.views)) : {
      for member in local.tenant_members : "${name}/${member}" => { name = name, member = member }
    }
  ]...)
}

resource "google_bigquery_row_access_policy" "all_rows" {
  for_each = google_bigquery_table.this

  dataset_id       = each.value.dataset_id
  table_id         = each.value.table_id
  policy_id        = "all_rows"
  filter_predicate = "TRUE"
  grantees         = sort(distinct(concat([var.runner.member], var.readers)))
}

resource "google_bigquery_row_access_policy" "tenant" {
  for_each = local.tenants

  dataset_id       = google_bigquery_dataset.this.dataset_id
  table_id         = google_bigquery_table.this[each.value.table].table_id
  policy_id        = "tenant_${replace(each.value.tenant, "-", "_")}"
  filter_predicate = "tenant = '${each.value.tenant}'"
  grantees         = sort(each.value.members)
}

# On each table and not on the dataset, since a table to come may have no policy. A view's reader must be able to read
# what the view reads, and sees of it what the policies show.
resource "google_bigquery_table_iam_member" "tenant" {
  for_each = local.tenant_grants

  dataset_id = google_bigquery_dataset.this.dataset_id
  table_id   = each.value.name
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member

  depends_on = [google_bigquery_row_access_policy.tenant, google_bigquery_table.view]
}
