# Columns with a policy tag are read as they are by those alone who may read the tag, as a hash by those who may read the
# table, and by nobody else. A hash still counts and joins, and leads to no customer.
locals {
  tags = toset(flatten([for columns in values(var.policy_tags) : values(columns)]))
  in_clear = merge([
    for tag in local.tags : { for member in var.tag_readers : "${tag}/${member}" => { tag = tag, member = member } }
  ]...)
  masked_readers = toset(concat(var.readers, flatten(values(var.tenant_readers))))
  masked = merge([
    for tag in local.tags : { for member in local.masked_readers : "${tag}/${member}" => { tag = tag, member = member } }
  ]...)
}

resource "google_data_catalog_taxonomy" "this" {
  display_name           = var.dataset
  description            = "What may be known of those who pay and are paid."
  region                 = var.location
  activated_policy_types = ["FINE_GRAINED_ACCESS_CONTROL"]
}

resource "google_data_catalog_policy_tag" "this" {
  for_each = local.tags

  taxonomy     = google_data_catalog_taxonomy.this.id
  display_name = each.key
}

resource "google_data_catalog_policy_tag_iam_member" "in_clear" {
  for_each = local.in_clear

  policy_tag = google_data_catalog_policy_tag.this[each.value.tag].name
  role       = "roles/datacatalog.categoryFineGrainedReader"
  member     = each.value.member
}

resource "google_bigquery_datapolicy_data_policy" "hashed" {
  for_each = local.tags

  location         = var.location
  data_policy_id   = "${each.key}_hashed"
  policy_tag       = google_data_catalog_policy_tag.this[each.key].name
  data_policy_type = "DATA_MASKING_POLICY"

  data_masking_policy {
    predefined_expression = "SHA256"
  }
}

resource "google_bigquery_datapolicy_data_policy_iam_member" "hashed" {
  for_each = local.masked

  location       = google_bigquery_datapolicy_data_policy.hashed[each.value.tag].location
  data_policy_id = google_bigquery_datapolicy_data_policy.hashed[each.value.tag].data_policy_id
  role           = "roles/bigquerydatapolicy.maskedReader"
  member         = each.value.member
}
