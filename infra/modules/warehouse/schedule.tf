locals {
  runner_grants = merge(
    [
      for query, one in var.scheduled_queries : merge(
        { for name in one.reads : "${query}/reads/${name}" => { table = name, role = "roles/bigquery.dataViewer" } },
        { "${query}/writes/${one.writes}" = { table = one.writes, role = "roles/bigquery.dataEditor" } },
      )
    ]...
  )
}

resource "google_bigquery_table_iam_member" "runner" {
  for_each = local.runner_grants

  dataset_id = google_bigquery_dataset.this.dataset_id
  table_id   = each.value.table
  role       = each.value.role
  member     = var.runner.member

  depends_on = [google_bigquery_table.this, google_bigquery_table.view]
}

# A failed run is in Cloud Logging, under the resource bigquery_dts_config. Statements write tables that have our key,
# so the configuration, which holds no data, has none of its own.
resource "google_bigquery_data_transfer_config" "this" {
  for_each = var.scheduled_queries

  display_name         = each.key
  data_source_id       = "scheduled_query"
  location             = var.location
  schedule             = each.value.schedule
  service_account_name = var.runner.email
  params               = { query = each.value.sql }

  depends_on = [google_bigquery_table_iam_member.runner, google_bigquery_row_access_policy.all_rows]
}
