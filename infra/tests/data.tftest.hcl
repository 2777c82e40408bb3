# What keeps data: nothing is public, everything has our key, and what must stay stays. Plans only.
override_resource {
  target          = google_project_service_identity.agent
  override_during = plan
  values          = { member = "serviceAccount:agent@example.iam.gserviceaccount.com" }
}

# A column is tagged by the tag's name, which only Google gives.
override_resource {
  target          = module.warehouse.google_data_catalog_policy_tag.this
  override_during = plan
  values          = { name = "projects/p/locations/us-central1/taxonomies/1/policyTags/2" }
}

run "production" {
  command = plan

  variables {
    analysts            = ["group:analysts@example.com"]
    deletion_protection = true
    customer_id_readers = ["group:support@example.com"]
    filing_authors      = ["group:compliance@example.com"]
    retention_locked    = true
    tenant_readers      = { acme = ["user:ann@acme.example"], two-words = ["user:bob@two.example"] }
  }

  # Firestore.
  assert {
    condition = (
      module.firestore.database.name == "(default)" && module.firestore.database.type == "FIRESTORE_NATIVE" &&
      module.firestore.database.location_id == var.region && module.firestore.database.concurrency_mode == "OPTIMISTIC"
    )
    error_message = "The database is not the default one, in native mode, in our region, without locks."
  }
  assert {
    condition     = module.firestore.database.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database cannot be brought back to a minute of the last week."
  }
  assert {
    condition     = module.firestore.database.delete_protection_state == "DELETE_PROTECTION_ENABLED" && module.firestore.database.deletion_policy == "PREVENT"
    error_message = "The database can be deleted in production."
  }
  assert {
    condition     = length(module.firestore.database.cmek_config) == 1
    error_message = "The database is not under a key of ours."
  }
  assert {
    condition     = module.firestore.backups.daily.retention == "604800s" && module.firestore.backups.weekly.retention == "2419200s"
    error_message = "Backups are not kept for 7 days and 4 weeks."
  }
  assert {
    condition = toset([
      for index in values(module.firestore.indexes) :
      "${index.collection}/${join(",", [for field in index.fields : "${field.field_path}:${try(coalesce(field.order, field.array_config), "?")}"])}"
      ]) == toset([
      for index in jsondecode(file("./firestore/indexes.json")) :
      "${index.collection}/${join(",", [for field in index.fields : "${field.path}:${try(field.order, field.array)}"])}"
    ])
    error_message = "The composite indexes are not those of firestore/indexes.json."
  }
  assert {
    condition     = alltrue([for index in values(module.firestore.indexes) : index.query_scope == "COLLECTION" && !contains(index.fields[*].field_path, "__name__")])
    error_message = "An index names __name__, which the service adds itself, or is of a whole group."
  }
  assert {
    condition     = toset([for one in values(module.firestore.unsearched) : one.collection]) == toset([for one in jsondecode(file("./firestore/fields.json")) : one.collection])
    error_message = "A collection has indexes on all of its fields."
  }
  assert {
    condition = alltrue([
      for table, file in { events = "events.json", payments_daily = "payments_daily.json" } :
      [for column in jsondecode(module.warehouse.tables[table].schema) : { for key, value in column : key => value if key != "policyTags" }] ==
      jsondecode(file("./bigquery/${file}"))
    ])
    error_message = "The columns of a table are not those of its file."
  }
  assert {
    condition     = alltrue([for one in values(module.firestore.unsearched) : one.field == "*" && length(one.index_config) == 1 && length(one.index_config[0].indexes) == 0])
    error_message = "The rule for fields that no query needs leaves an index."
  }
  assert {
    condition = toset([
      for one in values(module.firestore.searched) :
      "${one.collection}/${one.field}/${join(",", [for index in one.index_config[0].indexes : index.order])}"
      ]) == toset(flatten([
        for one in jsondecode(file("./firestore/fields.json")) : [for field in one.fields : "${one.collection}/${field.path}/${field.order}"]
    ]))
    error_message = "The single fields with an index are not those of firestore/fields.json."
  }
  assert {
    condition = (
      keys(module.firestore.expiring) == ["quarantine/replayed_at"] &&
      module.firestore.expiring["quarantine/replayed_at"].ttl_config[0].expiration_offset == "7776000s" &&
      length(module.firestore.expiring["quarantine/replayed_at"].index_config[0].indexes) == 0
    )
    error_message = "Something else expires than replayed messages after 90 days, or expiry costs an index."
  }

  # The warehouse.
  assert {
    condition = (
      module.warehouse.dataset.dataset_id == "clearway" && module.warehouse.dataset.location == var.region &&
      module.warehouse.dataset.deletion_policy == "PREVENT" && !module.warehouse.dataset.delete_contents_on_destroy &&
      module.warehouse.dataset.default_table_expiration_ms == null && module.warehouse.dataset.default_partition_expiration_ms == null
    )
    error_message = "The dataset is elsewhere, can be deleted in production, or forgets."
  }
  assert {
    condition     = length(module.warehouse.dataset.default_encryption_configuration) == 1 && alltrue([for one in values(module.warehouse.tables) : length(one.encryption_configuration) == 1])
    error_message = "A table is not under a key of ours."
  }
  assert {
    condition = toset([for one in module.warehouse.dataset.access : "${one.role} ${try(coalesce(one.special_group, one.group_by_email, one.user_by_email), "?")}"]) == toset([
      "OWNER projectOwners", "READER analysts@example.com",
    ])
    error_message = "Somebody else than owners and analysts reads the whole dataset."
  }
  assert {
    condition     = keys(module.warehouse.tables) == ["events", "payments_daily"] && alltrue([for one in values(module.warehouse.tables) : one.deletion_protection])
    error_message = "A table is missing, or can be deleted in production."
  }
  assert {
    condition = (
      module.warehouse.tables["events"].time_partitioning[0].field == "occurred_at" && module.warehouse.tables["events"].time_partitioning[0].type == "DAY" &&
      module.warehouse.tables["events"].clustering == tolist(["tenant", "type", "payment_id"])
    )
    error_message = "The events are not kept as table.yaml says."
  }
  assert {
    condition     = !strcontains(module.warehouse.views["events_deduplicated"].view[0].query, "$${") && strcontains(module.warehouse.views["events_deduplicated"].view[0].query, "`clearway-test.clearway.events`")
    error_message = "The view of deduplicated events does not read our events."
  }
  assert {
    condition     = alltrue([for one in values(module.warehouse.row_policies.all_rows) : one.filter_predicate == "TRUE"]) && keys(module.warehouse.row_policies.all_rows) == ["events", "payments_daily"]
    error_message = "A table has no policy on its rows, so whoever reads it sees every tenant."
  }
  assert {
    condition = { for name, one in module.warehouse.row_policies.tenant : name => "${one.policy_id}: ${one.filter_predicate} for ${join(" ", one.grantees)}" } == {
      "events/acme"              = "tenant_acme: tenant = 'acme' for user:ann@acme.example"
      "events/two-words"         = "tenant_two_words: tenant = 'two-words' for user:bob@two.example"
      "payments_daily/acme"      = "tenant_acme: tenant = 'acme' for user:ann@acme.example"
      "payments_daily/two-words" = "tenant_two_words: tenant = 'two-words' for user:bob@two.example"
    }
    error_message = "A tenant sees other rows than its own."
  }
  assert {
    condition = alltrue([for one in values(module.warehouse.tenant_grants) : one.role == "roles/bigquery.dataViewer"]) && toset(keys(module.warehouse.tenant_grants)) == toset(flatten([
      for name in ["events", "events_deduplicated", "payments_daily"] : [for member in ["user:ann@acme.example", "user:bob@two.example"] : "${name}/${member}"]
    ]))
    error_message = "Tenants may do more than read the tables that have policies, or cannot read them."
  }
  assert {
    condition = (
      keys(module.warehouse.columns.in_clear) == ["pseudonymous/group:support@example.com"] &&
      keys(module.warehouse.columns.hashed) == ["pseudonymous/group:analysts@example.com", "pseudonymous/user:ann@acme.example", "pseudonymous/user:bob@two.example"]
    )
    error_message = "Customers' ids are read as they are by others than those meant, or as a hash by others than readers."
  }
  assert {
    condition = { for name, one in module.warehouse.runner_grants : name => one.role } == {
      "payments_daily/reads/events"          = "roles/bigquery.dataViewer"
      "payments_daily/writes/payments_daily" = "roles/bigquery.dataEditor"
    }
    error_message = "The account that sums up may do more than read events and write the summary."
  }
  assert {
    condition = (
      module.warehouse.scheduled_queries["payments_daily"].data_source_id == "scheduled_query" &&
      module.warehouse.scheduled_queries["payments_daily"].location == var.region &&
      strcontains(module.warehouse.scheduled_queries["payments_daily"].params.query, "MERGE `clearway-test.clearway.payments_daily`") &&
      strcontains(module.warehouse.scheduled_queries["payments_daily"].params.query, "@run_date")
    )
    error_message = "The daily summary is not made by the statement of payments_daily.sql."
  }

  # The subscription that feeds it.
  assert {
    condition = (
      module.warehouse_subscription.subscription.name == "payment-events-bigquery" &&
      length(module.warehouse_subscription.subscription.push_config) == 0 &&
      module.warehouse_subscription.subscription.bigquery_config[0].table == "clearway-test.clearway.events" &&
      module.warehouse_subscription.subscription.bigquery_config[0].use_table_schema &&
      module.warehouse_subscription.subscription.bigquery_config[0].write_metadata &&
      module.warehouse_subscription.subscription.bigquery_config[0].drop_unknown_fields
    )
    error_message = "Events are not written to their table as subscription.yaml says."
  }
  assert {
    condition = (
      google_service_account.warehouse.account_id == "clearway-warehouse" &&
      keys(module.warehouse_subscription.table_grants) == ["roles/bigquery.dataEditor", "roles/bigquery.metadataViewer"] &&
      alltrue([for one in values(module.warehouse_subscription.table_grants) : one.table_id == "events"])
    )
    error_message = "The table is not written by an account that may write nothing else."
  }
  assert {
    condition = (
      length(module.warehouse_subscription.subscription.dead_letter_policy) == 1 &&
      module.warehouse_subscription.subscription.dead_letter_policy[0].max_delivery_attempts == 5 &&
      module.warehouse_subscription.agent_grants.subscriber.role == "roles/pubsub.subscriber"
    )
    error_message = "A message that the table does not take is tried for ever, or cannot become a dead letter."
  }
  assert {
    condition = (
      module.warehouse_subscription.subscription.message_retention_duration == "604800s" &&
      module.warehouse_subscription.subscription.expiration_policy[0].ttl == "" &&
      module.warehouse_subscription.subscription.deletion_policy == "PREVENT"
    )
    error_message = "The subscription forgets before a week has passed, or can go."
  }

  # Buckets.
  assert {
    condition     = { for name, one in module.bucket : name => one.bucket.name } == { for name in ["bundles", "files", "filings", "lists"] : name => "clearway-test-${name}" }
    error_message = "Buckets are missing, or have other names."
  }
  assert {
    condition = alltrue([
      for one in values(module.bucket) : one.bucket.public_access_prevention == "enforced" && one.bucket.uniform_bucket_level_access &&
      length(one.bucket.encryption) == 1 && one.bucket.deletion_policy == "PREVENT" && !one.bucket.force_destroy
    ])
    error_message = "A bucket can be made public, has lists of its own for objects, has no key of ours, or can be deleted in production."
  }
  assert {
    condition = alltrue([
      for one in values(module.bucket) : length([for name in keys(one.grants) : name if can(regex("all(Authenticated)?Users", name))]) == 0
    ])
    error_message = "A bucket is open to anybody."
  }
  assert {
    condition = { for name, one in module.bucket : name => "${tonumber(one.bucket.retention_policy[0].retention_period) / 86400 / 366} ${one.bucket.retention_policy[0].is_locked}" if length(one.bucket.retention_policy) == 1 } == {
      files   = "6 true"
      filings = "10 true"
    }
    error_message = "Files are not kept for six years and filings for ten, for good."
  }
  assert {
    condition     = toset([for name, one in module.bucket : name if one.bucket.versioning[0].enabled]) == toset(["bundles", "lists"])
    error_message = "What can be replaced has no versions."
  }
  assert {
    condition = { for name, one in module.bucket : name => one.bucket.soft_delete_policy[0].retention_duration_seconds / 86400 } == {
      bundles = 0, files = 7, filings = 7, lists = 30
    }
    error_message = "What is deleted can be brought back for another time than was meant."
  }
  assert {
    condition = alltrue([
      for bucket in ["files", "lists"] : toset(keys(module.bucket[bucket].grants)) == toset([for grant in values(local.grants) : "${grant.role}/${grant.function}" if grant.kind == "bucket" && grant.on == bucket])
    ]) && contains(keys(module.bucket["files"].grants), "roles/storage.objectCreator/timer")
    error_message = "Files or lists are open to others than function.yaml names."
  }
  assert {
    condition     = length([for grant in values(local.grants) : grant if grant.kind == "bucket" && grant.on == "files" && !contains(["roles/storage.objectCreator", "roles/storage.objectViewer"], grant.role)]) == 0
    error_message = "A function may change or delete files that were exchanged with banks."
  }
  assert {
    condition     = toset(keys(module.bucket["filings"].grants)) == toset(["roles/storage.objectCreator/group:compliance@example.com", "roles/storage.objectViewer/group:compliance@example.com"])
    error_message = "Filings are open to others than those meant."
  }

  # Secrets.
  assert {
    condition     = toset(keys(module.secrets.grants)) == toset(flatten([for name, one in local.functions : [for secret in one.secrets : "${secret}/${name}"]]))
    error_message = "A secret can be read by another function than those that name it, or not by one that does."
  }
  assert {
    condition     = alltrue([for one in values(module.secrets.grants) : one.role == "roles/secretmanager.secretAccessor"])
    error_message = "A function may do more with a secret than read it."
  }
  assert {
    condition     = module.secrets.ids["CLEARWAY_API_KEYS"] == "clearway-api-keys"
    error_message = "A secret's name does not follow from its variable's."
  }
  assert {
    condition = alltrue([
      for one in values(module.secrets.secrets) : one.deletion_protection && one.version_destroy_ttl == "2592000s" && length(one.replication[0].auto) == 0 &&
      one.replication[0].user_managed[0].replicas[0].location == var.region && length(one.replication[0].user_managed[0].replicas[0].customer_managed_encryption) == 1
    ])
    error_message = "A secret leaves the region, has no key of ours, or can be destroyed at once."
  }
}

run "what_is_torn_down_holds_nothing_back" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = module.firestore.database.delete_protection_state == "DELETE_PROTECTION_DISABLED" && module.firestore.database.deletion_policy == "DELETE"
    error_message = "The database stays."
  }
  assert {
    condition     = module.warehouse.dataset.delete_contents_on_destroy && !module.warehouse.tables["events"].deletion_protection && module.warehouse_subscription.subscription.deletion_policy == "DELETE"
    error_message = "The warehouse stays."
  }
  assert {
    condition     = alltrue([for one in values(module.bucket) : one.bucket.force_destroy && length(one.bucket.retention_policy) == 0 && one.bucket.versioning[0].enabled])
    error_message = "A bucket stays."
  }
  assert {
    condition     = alltrue([for one in values(module.secrets.secrets) : !one.deletion_protection])
    error_message = "A secret stays."
  }
  assert {
    condition     = length(module.warehouse.row_policies.all_rows) == 2 && length(module.warehouse.row_policies.tenant) == 0
    error_message = "Without tenants there is no policy, so that everybody sees every row."
  }
}

run "a_database_of_several_regions_needs_its_key" {
  command = plan

  variables {
    firestore_location = "nam5"
  }

  expect_failures = [var.firestore_location]
}

run "a_database_of_several_regions" {
  command = plan

  variables {
    firestore_kms_key  = "projects/keys/locations/us/keyRings/clearway/cryptoKeys/firestore"
    firestore_location = "nam5"
  }

  assert {
    condition     = module.firestore.database.location_id == "nam5" && module.firestore.database.cmek_config[0].kms_key_name == "projects/keys/locations/us/keyRings/clearway/cryptoKeys/firestore"
    error_message = "The database is not where it was asked for, or not under the key of that place."
  }
}

run "a_tenants_name_cannot_change_the_filter" {
  command = plan

  variables {
    tenant_readers = { "a' OR TRUE OR tenant = '" = ["user:ann@acme.example"] }
  }

  expect_failures = [var.tenant_readers]
}

run "nobody_reads_for_two_tenants" {
  command = plan

  variables {
    tenant_readers = { acme = ["user:ann@acme.example"], other = ["user:ann@acme.example"] }
  }

  expect_failures = [var.tenant_readers]
}

run "nothing_is_opened_to_anybody" {
  command = plan

  variables {
    analysts            = ["allAuthenticatedUsers"]
    customer_id_readers = ["allUsers"]
    filing_authors      = ["projectEditor:clearway-test"]
    filing_readers      = ["domain:example.com"]
    list_editors        = ["allUsers"]
    tenant_readers      = { acme = ["allUsers"] }
  }

  expect_failures = [
    var.analysts, var.customer_id_readers, var.filing_authors, var.filing_readers, var.list_editors, var.tenant_readers,
  ]
}
