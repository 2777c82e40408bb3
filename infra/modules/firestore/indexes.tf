locals {
  indexes = {
    for index in var.indexes :
    "${index.collection}/${join(",", [for field in index.fields : "${field.path}:${coalesce(field.order, field.array)}"])}" => index
  }
  # A field's own configuration takes the place of that of `*`, wholly.
  searched = merge([
    for one in var.fields : { for field in one.fields : "${one.collection}/${field.path}" => merge(field, { collection = one.collection }) }
  ]...)
  expiring = { for one in var.fields : "${one.collection}/${one.ttl.path}" => merge(one.ttl, { collection = one.collection }) if one.ttl != null }
}

# The API ends every index with `__name__` in the direction of the field before it, and the provider takes that for no
# difference, so it is not written down: https://cloud.google.com/firestore/docs/reference/rest/v1beta1/projects.databases.indexes
resource "google_firestore_index" "this" {
  for_each = local.indexes

  database    = google_firestore_database.this.name
  collection  = each.value.collection
  query_scope = "COLLECTION"

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.path
      order        = fields.value.order
      array_config = fields.value.array
    }
  }
}

# Firestore would index every field, in both directions and within maps and lists. Each index makes every write of the
# document slower, and one on a field that only grows, as a time does, holds the collection to 500 writes a second:
# https://cloud.google.com/firestore/quotas#soft_limits. So no field has an index unless a query needs it.
resource "google_firestore_field" "unsearched" {
  for_each = toset([for one in var.fields : one.collection])

  database   = google_firestore_database.this.name
  collection = each.key
  field      = "*"

  index_config {}
}

resource "google_firestore_field" "searched" {
  for_each = local.searched

  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.path

  index_config {
    indexes {
      order        = each.value.order
      array_config = each.value.array
      query_scope  = "COLLECTION"
    }
  }
}

# Documents go within a day or so after the field's time and the offset. One without the field stays:
# https://cloud.google.com/firestore/docs/ttl
resource "google_firestore_field" "expiring" {
  for_each = local.expiring

  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.path

  ttl_config {
    expiration_offset = "${each.value.after_days * 86400}s"
  }

  # Expiry needs no index, and a time is the worst of fields to have one on.
  index_config {}
}
