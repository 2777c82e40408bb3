# Who is told of what, what is recorded of people, and what a month may cost. Names that Google gives are set here, so that
# a plan knows them.
override_resource {
  target          = google_service_account.function
  values          = { member = "serviceAccount:clearway-function@clearway-test.iam.gserviceaccount.com" }
  override_during = plan
}

override_resource {
  target          = google_project_service_identity.agent
  values          = { member = "serviceAccount:service-123456789012@gcp-sa-agent.iam.gserviceaccount.com" }
  override_during = plan
}

override_resource {
  target          = google_logging_project_sink.audit
  values          = { writer_identity = "serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com" }
  override_during = plan
}

override_resource {
  target          = google_monitoring_notification_channel.owner["analytics"]
  values          = { name = "analytics" }
  override_during = plan
}

override_resource {
  target          = google_monitoring_notification_channel.owner["compliance"]
  values          = { name = "compliance" }
  override_during = plan
}

override_resource {
  target          = google_monitoring_notification_channel.owner["operations"]
  values          = { name = "operations" }
  override_during = plan
}

override_resource {
  target          = google_monitoring_notification_channel.owner["payments"]
  values          = { name = "payments" }
  override_during = plan
}

override_resource {
  target          = google_monitoring_notification_channel.owner["risk"]
  values          = { name = "risk" }
  override_during = plan
}

run "as_it_is" {
  command = plan

  # Every subscription tells its owner.
  assert {
    condition = alltrue(flatten([
      for name, one in local.by_kind.pubsub : [
        for key in ["oldest-message", "push-errors", "dead-letter-forwarding"] :
        google_monitoring_alert_policy.this["${key}/${name}-${one.trigger.topic}"].notification_channels == tolist([one.owner])
      ]
    ]))
    error_message = "A subscription of a function lacks an alert, or its alert does not go to the owner that function.yaml names."
  }

  assert {
    condition     = google_monitoring_alert_policy.this["oldest-message/payment-events-bigquery"].notification_channels == tolist(["analytics"])
    error_message = "The subscription that feeds BigQuery lacks an alert, or does not tell analytics."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["oldest-message/fraud-payment-events"].conditions[0].condition_prometheus_query_language[0].query, "subscription_id=\"fraud-payment-events\"}) > 600")
    error_message = "The alert on the oldest message must look at its own subscription, with the limit of the variable."
  }

  assert {
    condition     = contains(keys(google_monitoring_alert_policy.this), "dead-letters/dead-letters-kept")
    error_message = "Nobody is told of what lies in the subscription that keeps dead letters."
  }

  # Every alert says what to do and reaches somebody.
  assert {
    condition     = alltrue([for alert in values(google_monitoring_alert_policy.this) : length(alert.notification_channels) > 0])
    error_message = "An alert reaches nobody."
  }

  assert {
    condition = alltrue([
      for key, alert in google_monitoring_alert_policy.this :
      strcontains(alert.documentation[0].content, "**Means**") && endswith(alert.documentation[0].links[0].url, "RUNBOOK.md#${split("/", key)[0]}")
    ])
    error_message = "An alert carries no entry of RUNBOOK.md, or does not link to it."
  }

  assert {
    condition = alltrue(flatten([
      for objective in values(module.slo) : [
        for alert in values(objective.alerts) :
        length(alert.notification_channels) > 0 && strcontains(alert.documentation[0].content, "**Means**") && strcontains(alert.documentation[0].links[0].url, "RUNBOOK.md#slo-")
      ]
    ]))
    error_message = "An alert on an error budget reaches nobody, or carries no entry of RUNBOOK.md."
  }

  assert {
    condition     = alltrue([for alert in values(google_monitoring_alert_policy.this) : alert.alert_strategy[0].auto_close == "86400s"])
    error_message = "An alert stays open for ever once its metric falls silent."
  }

  # Every objective calls somebody by its pace.
  assert {
    condition = alltrue(flatten([
      for objective in values(module.slo) : [
        for alert in values(objective.alerts) : alert.combiner == "AND" && length(alert.conditions) == 2
      ]
    ]))
    error_message = "An alert on an error budget needs a long and a short window, both of which must hold."
  }

  assert {
    condition     = alltrue([for objective in values(module.slo) : objective.alerts["fast"].conditions[0].condition_threshold[0].threshold_value == 14.4 && objective.alerts["fast"].severity == "CRITICAL"])
    error_message = "Two hundredths of a month's error budget in an hour must call somebody."
  }

  # Every function is on the dashboard.
  assert {
    condition = alltrue([
      for name, service in local.services :
      length([for tile in jsondecode(google_monitoring_dashboard.pipeline.dashboard_json).mosaicLayout.tiles : tile if startswith(tile.widget.title, "${name}: ")]) == 4
    ])
    error_message = "A function has no row of its own on the dashboard."
  }

  assert {
    condition = alltrue([
      for name in keys(local.event_subscriptions) : strcontains(google_monitoring_dashboard.pipeline.dashboard_json, name)
    ])
    error_message = "A subscription has no line on the dashboard."
  }

  assert {
    # https://cloud.google.com/monitoring/quotas
    condition     = length(jsondecode(google_monitoring_dashboard.pipeline.dashboard_json).mosaicLayout.tiles) <= 100
    error_message = "A dashboard may have at most 100 charts."
  }

  # People are recorded and the pipeline is not.
  assert {
    condition = alltrue([
      for service in ["bigquery", "cloudkms", "cloudtasks", "datastore", "pubsub", "secretmanager", "storage"] : alltrue([
        for log in google_project_iam_audit_config.data[service].audit_log_config :
        contains(log.exempted_members, "serviceAccount:clearway-function@clearway-test.iam.gserviceaccount.com")
      ])
    ])
    error_message = "What functions read and write would be recorded, which costs more than all else."
  }

  assert {
    condition = alltrue(flatten([
      for config in values(google_project_iam_audit_config.data) : [
        for log in config.audit_log_config : [for member in log.exempted_members : endswith(member, ".iam.gserviceaccount.com")]
      ]
    ]))
    error_message = "Somebody who is not a service account is exempt from being recorded."
  }

  assert {
    condition = alltrue([
      for config in values(google_project_iam_audit_config.data) :
      toset([for log in config.audit_log_config : log.log_type]) == toset(["DATA_READ", "DATA_WRITE"])
    ])
    error_message = "Reading and writing must both be recorded."
  }

  assert {
    condition     = one(google_project_iam_audit_config.all.audit_log_config).log_type == "ADMIN_READ" && google_project_iam_audit_config.all.service == "allServices"
    error_message = "Looking at the configuration must be recorded for every service."
  }

  # Only what succeeded is not stored.
  assert {
    condition     = keys(google_logging_project_exclusion.this) == ["probes", "pushes", "scheduler"]
    error_message = "Something else is excluded from the logs unless a deployment asks for it."
  }

  assert {
    condition     = !strcontains(google_logging_project_exclusion.this["pushes"].filter, "\"api\"") && endswith(google_logging_project_exclusion.this["pushes"].filter, "httpRequest.status<400")
    error_message = "Requests of clients, and those that failed, must be stored."
  }

  assert {
    condition     = !strcontains(join(" ", [for one in values(google_logging_project_exclusion.this) : one.filter]), "cloudaudit")
    error_message = "Audit records must be stored."
  }

  # Without a billing account there is no budget and a warning.
  assert {
    condition     = length(google_billing_budget.month) == 0
    error_message = "A budget needs a billing account."
  }

  assert {
    condition     = length([for warning in output.warnings : warning if startswith(warning, "There is no budget")]) == 1
    error_message = "A deployment without a budget must say so."
  }

  # The cost of a day is what was used at the prices in force.
  assert {
    condition = alltrue([
      for part in [
        "(firestore_googleapis_com:document_write_ops_count{monitored_resource=\"firestore.googleapis.com/Database\"}[1d])) or vector(0)) * ${format("%.15f", local.price.firestore_write)}",
        "> ${var.limits.cost_a_day_max}",
      ] : strcontains(google_monitoring_alert_policy.this["cost-a-day"].conditions[0].condition_prometheus_query_language[0].query, part)
    ])
    error_message = "The alert on a day's cost must price what Firestore wrote, and hold it against the limit."
  }

  assert {
    condition = alltrue([
      for service in values(local.services) :
      strcontains(google_monitoring_alert_policy.this["cost-a-day"].conditions[0].condition_prometheus_query_language[0].query, "service_name=\"${service}\"")
    ])
    error_message = "The cost of a day leaves out a function."
  }
}

run "severity_decides_who_else_is_called" {
  command = plan
  variables {
    channels_by_severity = { CRITICAL = ["projects/clearway-test/notificationChannels/1"] }
  }

  assert {
    condition     = google_monitoring_alert_policy.this["ledger-not-zero"].notification_channels == tolist(["payments", "projects/clearway-test/notificationChannels/1"])
    error_message = "A CRITICAL alert must go to its owner and to the channels of that severity."
  }

  assert {
    condition     = google_monitoring_alert_policy.this["quarantine-new"].notification_channels == tolist(["operations"])
    error_message = "A WARNING must not go to the channels of another severity."
  }
}

run "audit_records_are_held_back_where_deployments_are_protected" {
  command = plan
  variables {
    deletion_protection = true
    audit_retention     = { days = 400, locked = true }
  }

  assert {
    condition     = google_logging_project_sink.audit.filter == "log_id(\"cloudaudit.googleapis.com/activity\") OR log_id(\"cloudaudit.googleapis.com/data_access\") OR log_id(\"cloudaudit.googleapis.com/policy\") OR log_id(\"cloudaudit.googleapis.com/system_event\")"
    error_message = "The sink must take every kind of audit record."
  }

  assert {
    condition     = google_storage_bucket_iam_member.audit_sink.role == "roles/storage.objectCreator"
    error_message = "The sink may add records, and neither read nor change them."
  }
}

run "audit_records_of_less_than_a_year_are_refused" {
  command = plan
  variables {
    audit_retention = { days = 180 }
  }
  expect_failures = [var.audit_retention]
}

run "with_a_billing_account_there_is_a_budget" {
  command = plan
  variables {
    billing_account = "012345-6789AB-CDEF01"
    budget          = { amount = 500 }
  }

  assert {
    condition     = google_billing_budget.month["012345-6789AB-CDEF01"].amount[0].specified_amount[0].units == "500"
    error_message = "The budget must be the amount of the variable."
  }

  assert {
    condition     = [for rule in google_billing_budget.month["012345-6789AB-CDEF01"].threshold_rules : "${rule.spend_basis} ${rule.threshold_percent}"] == ["CURRENT_SPEND 0.5", "CURRENT_SPEND 0.8", "CURRENT_SPEND 1", "FORECASTED_SPEND 1"]
    error_message = "The budget must warn at 50, 80 and 100 %, and when the forecast passes it."
  }
}

run "a_host_is_probed_only_when_it_is_named" {
  command = plan
  variables {
    probed_hosts = ["api.example.com"]
  }

  assert {
    condition     = keys(google_monitoring_uptime_check_config.host) == ["api.example.com"] && contains(keys(google_monitoring_alert_policy.this), "host-unreachable/api.example.com")
    error_message = "A probed host needs its check and its alert."
  }
}
