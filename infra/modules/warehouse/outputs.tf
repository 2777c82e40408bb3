output "columns" {
  description = "Who may read tagged columns, by tag and member: as they are, and as a hash."
  value = {
    in_clear = google_data_catalog_policy_tag_iam_member.in_clear
    hashed   = google_bigquery_datapolicy_data_policy_iam_member.hashed
  }
}

output "dataset" {
  description = "The dataset."
  value       = google_bigquery_dataset.this
}

output "row_policies" {
  description = "Who sees which rows: of all tenants by table, of one by table and tenant."
  value = {
    all_rows = google_bigquery_row_access_policy.all_rows
    tenant   = google_bigquery_row_access_policy.tenant
  }
}

output "runner_grants" {
  description = "What scheduled queries may read and write."
  value       = google_bigquery_table_iam_member.runner
}

output "scheduled_queries" {
  description = "The scheduled queries, by name."
  value       = google_bigquery_data_transfer_config.this
}

output "tables" {
  description = "The tables, by name, with the policies on their rows."
  value       = google_bigquery_table.this
  depends_on  = [google_bigquery_row_access_policy.all_rows, google_bigquery_row_access_policy.tenant]
}

output "tenant_grants" {
  description = "Who may read tables and views for one tenant, by table and member."
  value       = google_bigquery_table_iam_member.tenant
}

output "views" {
  description = "The views, by name."
  value       = google_bigquery_table.view
}
